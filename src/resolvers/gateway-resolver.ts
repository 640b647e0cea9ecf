import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { encodingOf, examinedPart, segmentsOf, variablesOf } from '../domain/campaigns/sms.js';
import { CampaignGateway } from '../schema/campaign-gateway.js';
import { CreateCampaignInput } from '../schema/campaign-input.js';
import { CampaignValidation } from '../schema/payloads.js';
import { type RequestContext } from './context.js';

/** Queries that the gateway answers by itself. */
@Resolver()
export class GatewayResolver {
  @Query(() => CampaignGateway, {
    description:
      'This gateway and its caller. A page can show them in its header or beside an error. Costs no upstream call, and needs no scope.',
  })
  campaignGateway(@Ctx() { gateway, caller, report }: RequestContext): CampaignGateway {
    report.used.markTimeDependent();
    report.freshForMs = 0; // the budget changes with every call of any caller
    return { ...gateway(), scopes: [...caller.scopes] };
  }

  @Query(() => CampaignValidation, {
    description: 'Checks a new campaign against all rules. Creates nothing and makes no upstream call.',
  })
  validateCampaign(
    @Arg('input', () => CreateCampaignInput, { description: 'The campaign to check.' })
    { idempotencyKey = null, ...draft }: CreateCampaignInput,
    @Ctx() { writer, report }: RequestContext,
  ): CampaignValidation {
    report.used.markTimeDependent(); // a start that is late enough now is too early in a minute
    report.freshForMs = 0;
    const userErrors = writer.problems(draft, idempotencyKey);
    const template = examinedPart(draft.template);
    return {
      valid: userErrors.length === 0,
      userErrors,
      variables: variablesOf(template),
      encoding: encodingOf(template),
      segments: segmentsOf(template),
    };
  }
}
