import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { Campaign } from './campaign.js';
import { Message } from './message.js';

@Directive('@shareable')
@ObjectType({
  simpleResolvers: true,
  description: 'Position of a page in its list, as in the Relay specification.',
})
class PageInfo {
  @Field(() => Boolean, { description: 'True if rows follow this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'True if rows come before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the first row: pass it as `before` to get the previous page.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the last row: pass it as `after` to get the next page.',
  })
  endCursor!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A row of a page: a campaign and its cursor.' })
export class CampaignEdge {
  @Field(() => String, { description: 'Cursor of this row: opaque, valid for the same filter and order.' })
  cursor!: string;

  @Field(() => Campaign, {
    nullable: true,
    description: 'The campaign. Null only if this row could not be read; `errors` has the reason.',
  })
  node!: Campaign | Error;
}

@Directive('@cacheControl(maxAge: 5)')
@ObjectType({ simpleResolvers: true, description: 'A page of campaigns, as in the Relay specification.' })
export class CampaignConnection {
  @Field(() => [CampaignEdge], { description: 'Rows of the page, each with its cursor.' })
  edges!: CampaignEdge[];

  @Field(() => [Campaign], {
    nullable: 'items',
    description: 'Rows of the page. A row is null only if it could not be read; `errors` has the reason.',
  })
  nodes!: (Campaign | Error)[];

  @Field(() => PageInfo, { description: 'Position of this page in the list.' })
  pageInfo!: PageInfo;

  @Field(() => Int, {
    description: 'Number of campaigns on all pages; costs no extra upstream call.',
  })
  totalCount!: number;
}

@ObjectType({ simpleResolvers: true, description: 'A row of a page: a message and its cursor.' })
export class MessageEdge {
  @Field(() => String, { description: 'Cursor of this row: opaque, valid for the same filter and order.' })
  cursor!: string;

  @Field(() => Message, {
    nullable: true,
    description: 'The message. Null only if this row could not be read; `errors` has the reason.',
  })
  node!: Message | Error;
}

@Directive('@cacheControl(maxAge: 0)')
@ObjectType({
  simpleResolvers: true,
  description: 'A page of messages of a campaign, as in the Relay specification.',
})
export class MessageConnection {
  @Field(() => [MessageEdge], { description: 'Rows of the page, each with its cursor.' })
  edges!: MessageEdge[];

  @Field(() => [Message], {
    nullable: 'items',
    description: 'Rows of the page. A row is null only if it could not be read; `errors` has the reason.',
  })
  nodes!: (Message | Error)[];

  @Field(() => PageInfo, { description: 'Position of this page in the list.' })
  pageInfo!: PageInfo;

  @Field(() => Int, {
    description: 'Number of messages on all pages; costs no extra upstream call.',
  })
  totalCount!: number;
}
