import './enums.js';
import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import { CampaignStatus } from '../domain/campaigns/campaign.js';
import { CampaignOrderField, MessageOrderField, OrderDirection } from '../domain/lists/list-query.js';

@InputType({ description: 'Filter of a list of campaigns.' })
class CampaignFilter {
  @Field(() => String, {
    nullable: true,
    description: 'Part of the name, in any case: at least 3 and at most 200 characters.',
  })
  name?: string | null;

  @Field(() => [CampaignStatus], {
    nullable: true,
    description:
      'Statuses to include. All are included if this is omitted or empty. `UNKNOWN` is not valid here.',
  })
  status?: CampaignStatus[] | null;
}

@InputType({ description: 'Order of a list of campaigns.' })
class CampaignOrder {
  @Field(() => CampaignOrderField, { description: 'Field to order by.' })
  field!: CampaignOrderField;

  @Field(() => OrderDirection, { description: 'Direction of the order.' })
  direction!: OrderDirection;
}

@InputType({ description: 'Filter of a list of messages.' })
class MessageFilter {
  @Field(() => String, {
    nullable: true,
    description:
      "Complete phone number in the spelling of Exotel's API, e.g. `+919812345678`: at most 64 characters.",
  })
  number?: string | null;
}

@InputType({ description: 'Order of a list of messages.' })
class MessageOrder {
  @Field(() => MessageOrderField, { description: 'Field to order by.' })
  field!: MessageOrderField;

  @Field(() => OrderDirection, { description: 'Direction of the order.' })
  direction!: OrderDirection;
}

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description:
      'Number of rows from the start of the list, or after `after`: at most 200 campaigns, 500 messages. Default ' +
      'without `last`: 20. `first: 0` returns no rows; `totalCount` then costs at most one upstream call.',
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Cursor: only rows after it are returned.' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Number of rows from the end of the list, or before `before`: at most 200 campaigns, 500 messages. Not allowed together ' +
      'with `first`.',
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Cursor: only rows before it are returned.' })
  before?: string | null;
}

@ArgsType()
export class CampaignsArgs extends PageArgs {
  @Field(() => CampaignFilter, { nullable: true, description: 'Filter. Default: all campaigns.' })
  filter?: CampaignFilter | null;

  @Field(() => CampaignOrder, {
    nullable: true,
    description: 'Order. Default: latest start first.',
  })
  orderBy?: CampaignOrder | null;
}

@ArgsType()
export class MessagesArgs extends PageArgs {
  @Field(() => MessageFilter, { nullable: true, description: 'Filter. Default: all messages.' })
  filter?: MessageFilter | null;

  @Field(() => MessageOrder, {
    nullable: true,
    description: "Order of the rows. Default: the order of Exotel's API.",
  })
  orderBy?: MessageOrder | null;
}

@ArgsType()
export class CampaignArgs {
  @Field(() => ID, { description: 'Sid of the campaign.' })
  sid!: string;
}

@ArgsType()
export class CampaignUpdatedArgs extends CampaignArgs {
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'If true, the first event is the campaign as a query would return it. A page that subscribes again after a lost ' +
      'connection then misses no change.',
  })
  sendCurrent?: boolean | null;
}
