import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { encodingOf, segmentsOf } from '../domain/sms.js';
import { examinedPart, variablesOf } from '../domain/template.js';
import { CreateCampaignInput } from '../schema/campaign-input.js';
import { CampaignValidation } from '../schema/campaign-validation.js';
import { type RequestContext } from './context.js';

@Resolver()
export class ValidationResolver {
  @Query(() => CampaignValidation, {
    description:
      'Checks a new campaign against every rule, without creating it and without an upstream call.',
  })
  validateCampaign(
    @Arg('input', () => CreateCampaignInput, { description: 'The campaign as it would be created.' })
    { idempotencyKey = null, ...draft }: CreateCampaignInput,
    @Ctx() { writer, report }: RequestContext,
  ): CampaignValidation {
    report.used.goByTheClock(); // a start that is early enough now is too early in a minute
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
