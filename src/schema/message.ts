import './enums.js';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { MessageStatus } from '../domain/campaigns/message.js';
import { DateTime } from './scalars.js';

@Directive('@key(fields: "sid", resolvable: false)')
@Directive('@cacheControl(maxAge: 0)')
@ObjectType({ simpleResolvers: true, description: 'An SMS of a campaign to one phone number.' })
export class Message {
  /** Set on every object, so that abstract types resolve without a call. */
  __typename!: 'Message';

  /** Sid of the campaign; the `campaign` field is read with it. */
  campaignSid!: string;

  @Field(() => ID, { description: 'Same value as `sid`, for client caches that key on `id`.' })
  id!: string;

  @Field(() => ID, { description: "Id of the message in Exotel's API; opaque." })
  sid!: string;

  @Directive('@tag(name: "personal")')
  @Field(() => String, { description: "Phone number of the recipient; Exotel's API may mask it." })
  number!: string;

  @Directive('@tag(name: "personal")')
  @Field(() => String, { nullable: true, description: 'Name of the contact, if known.' })
  name!: string | null;

  @Directive('@tag(name: "personal")')
  @Field(() => String, { nullable: true, description: 'Text of this message, with variables replaced.' })
  body!: string | null;

  @Field(() => MessageStatus, { description: 'Delivery status.' })
  status!: MessageStatus;

  @Field(() => String, { description: "Status in the spelling of Exotel's API, e.g. `failed_dnd`." })
  upstreamStatus!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Details of the status: an open set, e.g. `DELIVERED_TO_OPERATOR`, `FAILED_REJECTED_DND`.',
  })
  detailedStatus!: string | null;

  @Field(() => String, { nullable: true, description: 'Direction of the message, e.g. `outgoing-api`.' })
  direction!: string | null;

  @Field(() => String, { nullable: true, description: 'Sender that the recipient sees.' })
  senderId!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Time for which the message is or was scheduled.' })
  scheduledAt!: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: "A change of the status of a message, from a callback of Exotel's API.",
})
export class MessageStatusEvent {
  @Field(() => ID, { description: 'Sid of the campaign that the message belongs to.' })
  campaignSid!: string;

  @Field(() => ID, { description: 'Sid of the message.' })
  messageSid!: string;

  @Directive('@tag(name: "personal")')
  @Field(() => String, { description: "Phone number of the recipient; Exotel's API may mask it." })
  number!: string;

  @Field(() => MessageStatus, { description: 'New delivery status.' })
  status!: MessageStatus;

  @Field(() => String, { description: "Status in the spelling of Exotel's API, e.g. `Failed_Expired`." })
  upstreamStatus!: string;

  @Field(() => DateTime, { nullable: true, description: 'Time at which the message was created.' })
  createdAt!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Time at which the message was sent or reached this status.',
  })
  sentAt!: string | null;
}
