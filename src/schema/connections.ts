import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { Campaign } from './campaign.js';
import { Message } from './message.js';

@Directive('@shareable')
@ObjectType({ simpleResolvers: true, description: 'Where a page lies among all rows (Relay).' })
class PageInfo {
  @Field(() => Boolean, { description: 'True where rows follow this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'True where rows come before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first row: pass it as `before`.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last row: pass it as `after`.' })
  endCursor!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A campaign in a page.' })
export class CampaignEdge {
  @Field(() => String, { description: 'Where this row is; opaque, valid for the same filter and order.' })
  cursor!: string;

  @Field(() => Campaign, {
    nullable: true,
    description: 'The campaign; null only where `errors` says why this one row could not be read.',
  })
  node!: Campaign | Error;
}

@Directive('@cacheControl(maxAge: 5)')
@ObjectType({ simpleResolvers: true, description: 'A page of campaigns (Relay).' })
export class CampaignConnection {
  @Field(() => [CampaignEdge], { description: 'The rows with their cursors.' })
  edges!: CampaignEdge[];

  @Field(() => [Campaign], {
    nullable: 'items',
    description: 'The rows; null only where `errors` says why one could not be read.',
  })
  nodes!: (Campaign | Error)[];

  @Field(() => PageInfo, { description: 'Where this page lies.' })
  pageInfo!: PageInfo;

  @Field(() => Int, {
    description: 'How many campaigns the filter leaves, on all pages; costs nothing extra.',
  })
  totalCount!: number;
}

@ObjectType({ simpleResolvers: true, description: 'A message in a page.' })
export class MessageEdge {
  @Field(() => String, { description: 'Where this row is; opaque, valid for the same filter and order.' })
  cursor!: string;

  @Field(() => Message, {
    nullable: true,
    description: 'The message; null only where `errors` says why this one row could not be read.',
  })
  node!: Message | Error;
}

@Directive('@cacheControl(maxAge: 0)')
@ObjectType({ simpleResolvers: true, description: "A page of a campaign's messages (Relay)." })
export class MessageConnection {
  @Field(() => [MessageEdge], { description: 'The rows with their cursors.' })
  edges!: MessageEdge[];

  @Field(() => [Message], {
    nullable: 'items',
    description: 'The rows; null only where `errors` says why one could not be read.',
  })
  nodes!: (Message | Error)[];

  @Field(() => PageInfo, { description: 'Where this page lies.' })
  pageInfo!: PageInfo;

  @Field(() => Int, {
    description: 'How many messages the filter leaves, on all pages; costs nothing extra.',
  })
  totalCount!: number;
}
