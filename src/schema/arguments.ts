import { ArgsType, Field, ID, Int } from 'type-graphql';
import { CampaignFilter, CampaignOrder } from './campaign-list-input.js';
import { MessageFilter, MessageOrder } from './message-list-input.js';

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
