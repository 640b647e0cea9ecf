import { Field, InputType } from 'type-graphql';
import { CampaignStatus } from '../domain/campaign.js';
import { CampaignOrderField, OrderDirection } from '../domain/order.js';
import './enums.js';

@InputType({ description: 'Which campaigns to list.' })
export class CampaignFilter {
  @Field(() => String, {
    nullable: true,
    description: 'Part of the name, without regard to case; at least 3 letters, at most 200 characters.',
  })
  name?: string | null;

  @Field(() => [CampaignStatus], {
    nullable: true,
    description: 'Any of these statuses; all where it is left out or empty. `UNKNOWN` cannot be asked for.',
  })
  status?: CampaignStatus[] | null;
}

@InputType({ description: 'In which order to list campaigns.' })
export class CampaignOrder {
  @Field(() => CampaignOrderField, { description: 'What to order by.' })
  field!: CampaignOrderField;

  @Field(() => OrderDirection, { description: 'Which end comes first.' })
  direction!: OrderDirection;
}
