import './enums.js';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { MessageStatus } from '../domain/message.js';
import { DateTime } from './scalars.js';

@Directive('@key(fields: "sid", resolvable: false)')
@Directive('@cacheControl(maxAge: 0)')
@ObjectType({ simpleResolvers: true, description: 'One SMS of a campaign, to one number.' })
export class Message {
  /** Set on every object, so that a normalised cache or a router can tell what it is. */
  __typename!: 'Message';

  /** The campaign that the message belongs to; `campaign` is read by it. */
  campaignSid!: string;

  @Field(() => ID, { description: 'The same as `sid`: what normalised client caches key on.' })
  id!: string;

  @Field(() => ID, { description: "The message's id at the upstream; opaque." })
  sid!: string;

  @Directive('@tag(name: "personal")')
  @Field(() => String, { description: 'The number that it goes to; the upstream may mask it.' })
  number!: string;

  @Directive('@tag(name: "personal")')
  @Field(() => String, { nullable: true, description: 'The name of the contact, where it is known.' })
  name!: string | null;

  @Directive('@tag(name: "personal")')
  @Field(() => String, { nullable: true, description: 'The text as it was sent.' })
  body!: string | null;

  @Field(() => MessageStatus, { description: 'Where it is.' })
  status!: MessageStatus;

  @Field(() => String, { description: 'The status exactly as the upstream wrote it, e.g. `failed_dnd`.' })
  upstreamStatus!: string;

  @Field(() => String, {
    nullable: true,
    description: 'More about the status; an open set, e.g. `DELIVERED_TO_OPERATOR`, `FAILED_REJECTED_DND`.',
  })
  detailedStatus!: string | null;

  @Field(() => String, { nullable: true, description: 'Which way it goes, e.g. `outgoing-api`.' })
  direction!: string | null;

  @Field(() => String, { nullable: true, description: 'What the recipient sees as the sender.' })
  senderId!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it is, or was, to be sent.' })
  scheduledAt!: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A message that came to another status, as the upstream called back.',
})
export class MessageStatusEvent {
  @Field(() => ID, { description: 'The campaign that the message belongs to.' })
  campaignSid!: string;

  @Field(() => ID, { description: "The message's `sid`." })
  messageSid!: string;

  @Directive('@tag(name: "personal")')
  @Field(() => String, { description: 'The number that it goes to; the upstream may mask it.' })
  number!: string;

  @Field(() => MessageStatus, { description: 'Where it is now.' })
  status!: MessageStatus;

  @Field(() => String, { description: 'The status exactly as the upstream wrote it, e.g. `Failed_Expired`.' })
  upstreamStatus!: string;

  @Field(() => DateTime, { nullable: true, description: 'When the message was created.' })
  createdAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was sent, or came to this status.' })
  sentAt!: string | null;
}
