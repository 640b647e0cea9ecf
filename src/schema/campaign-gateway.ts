import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { type Scope } from '../domain/requests/caller.js';
import { DateTime } from './scalars.js';

/** The upstream of the gateway. */
export const GatewayMode = { LIVE: 'LIVE', SANDBOX: 'SANDBOX' } as const;
export type GatewayMode = keyof typeof GatewayMode;

registerEnumType(GatewayMode, {
  name: 'GatewayMode',
  description: 'The upstream of the gateway.',
  valuesConfig: {
    LIVE: { description: "Exotel's API: campaigns are sent to people." },
    SANDBOX: { description: 'The embedded sandbox: nothing is sent.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: "Calls to Exotel's API that the account may make in any 60 seconds.",
})
export class UpstreamBudget {
  @Field(() => Int, { description: 'Most calls in any 60 seconds.' })
  limit!: number;

  @Field(() => Int, { description: 'Calls that may be made now.' })
  remaining!: number;

  @Field(() => DateTime, {
    description: 'Time at which `remaining` equals `limit` again if no call is made until then.',
  })
  resetsAt!: string;
}

@ObjectType({ simpleResolvers: true, description: 'This gateway, as the caller of this request sees it.' })
export class CampaignGateway {
  @Field(() => String, { description: 'Version of the gateway.' })
  version!: string;

  @Field(() => GatewayMode, { description: 'Whether campaigns reach people.' })
  mode!: GatewayMode;

  @Field(() => String, {
    nullable: true,
    description: "Region of Exotel's API: `singapore` or `mumbai`; null with the sandbox.",
  })
  region!: string | null;

  @Field(() => String, { description: 'Sid of the account.' })
  accountSid!: string;

  @Field(() => [String], {
    description:
      'Scopes of the caller: `campaigns:read`, `campaigns:write`, `messages:read`, `documents:any`.',
  })
  scopes!: readonly Scope[];

  @Field(() => UpstreamBudget, {
    nullable: true,
    description: 'The budget of upstream calls; null without a limit.',
  })
  budget!: UpstreamBudget | null;
}
