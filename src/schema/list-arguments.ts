import './enums.js';
import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import { CampaignStatus } from '../domain/campaign.js';
import { CampaignOrderField, MessageOrderField, OrderDirection } from '../domain/list-query.js';

@InputType({ description: 'Which campaigns to list.' })
class CampaignFilter {
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
class CampaignOrder {
  @Field(() => CampaignOrderField, { description: 'What to order by.' })
  field!: CampaignOrderField;

  @Field(() => OrderDirection, { description: 'Which end comes first.' })
  direction!: OrderDirection;
}

@InputType({ description: 'Which messages to list.' })
class MessageFilter {
  @Field(() => String, {
    nullable: true,
    description: 'The whole number, exactly as the upstream has it; at most 64 characters.',
  })
  number?: string | null;
}

@InputType({ description: 'In which order to list messages.' })
class MessageOrder {
  @Field(() => MessageOrderField, { description: 'What to order by.' })
  field!: MessageOrderField;

  @Field(() => OrderDirection, { description: 'Which end comes first.' })
  direction!: OrderDirection;
}

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: 'So many rows from the start, or after `after`. Without `first` and `last`: 20.',
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only rows after this cursor.' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'So many rows from the end, or before `before`; not with `first`.',
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only rows before this cursor.' })
  before?: string | null;
}

@ArgsType()
export class CampaignsArgs extends PageArgs {
  @Field(() => CampaignFilter, { nullable: true, description: 'Which campaigns; all where it is left out.' })
  filter?: CampaignFilter | null;

  @Field(() => CampaignOrder, {
    nullable: true,
    description: 'In which order; latest start first by default.',
  })
  orderBy?: CampaignOrder | null;
}

@ArgsType()
export class MessagesArgs extends PageArgs {
  @Field(() => MessageFilter, { nullable: true, description: 'Which messages; all where it is left out.' })
  filter?: MessageFilter | null;

  @Field(() => MessageOrder, {
    nullable: true,
    description: "In which order; the upstream's own by default.",
  })
  orderBy?: MessageOrder | null;
}

@ArgsType()
export class CampaignArgs {
  @Field(() => ID, { description: "The campaign's `sid`." })
  sid!: string;
}
