import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { MessageStatus } from '../domain/message.js';
import { DateTime } from './scalars.js';
import './enums.js';

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
