import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { Message } from './message.js';
import { PageInfo } from './page-info.js';

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
