import { Ctx, Query, Resolver } from 'type-graphql';
import { CampaignGateway } from '../schema/campaign-gateway.js';
import { type RequestContext } from './context.js';

@Resolver(() => CampaignGateway)
export class GatewayResolver {
  @Query(() => CampaignGateway, {
    description:
      'This gateway and the caller, for the header of a page and its error states. Costs no upstream call; any caller may ask.',
  })
  campaignGateway(@Ctx() { gateway, caller, report }: RequestContext): CampaignGateway {
    report.used.markTimeDependent();
    report.freshForMs = 0; // the budget changes with every call of anybody
    return { ...gateway(), scopes: [...caller.scopes] };
  }
}
