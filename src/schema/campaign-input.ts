import { Field, ID, InputType } from 'type-graphql';
import { Channel, ContentType, SmsType } from '../domain/campaign.js';
import { DateTime, Url } from './scalars.js';
import './enums.js';

@InputType({ description: 'When a campaign is to run.' })
export class ScheduleInput {
  @Field(() => DateTime, { nullable: true, description: 'At least 10 minutes from now.' })
  startTime?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'At least 2 hours after the start.' })
  endTime?: Date | null;
}

@InputType({ description: 'A new campaign. What breaks a rule is answered as user errors, all at once.' })
export class CreateCampaignInput {
  @Field(() => String, {
    nullable: true,
    description: 'More than 3 characters, at most 1000; left out, one is made.',
  })
  name?: string | null;

  @Field(() => ContentType, { description: 'Whether everyone gets the same text.' })
  contentType!: ContentType;

  @Field(() => [ID], {
    description: 'Contact lists: 1 to 5 for a static campaign, exactly 1 for a dynamic one.',
  })
  lists!: string[];

  @Field(() => Channel, { nullable: true, defaultValue: Channel.SMS, description: 'How it reaches people.' })
  channel?: Channel | null;

  @Field(() => ScheduleInput, {
    nullable: true,
    description: 'When it runs; by default from 10 minutes after it was created, for 30 days.',
  })
  schedule?: ScheduleInput | null;

  @Field(() => String, { description: 'The DLT entity: at most 64 digits.' })
  dltEntityId!: string;

  @Field(() => String, { description: 'The approved DLT template: at most 64 digits.' })
  dltTemplateId!: string;

  @Field(() => String, {
    description: 'Letters only for transactional types, digits only for promotional ones.',
  })
  senderId!: string;

  @Field(() => SmsType, { description: 'The regulatory kind of its messages.' })
  smsType!: SmsType;

  @Field(() => String, {
    description: 'The text, at most 2000 characters; `@@column` for up to 5 columns of the contact list.',
  })
  template!: string;

  @Field(() => Url, {
    nullable: true,
    description: 'An http or https URL that is told of start and completion; at most 2048 characters.',
  })
  statusCallback?: string | null;

  @Field(() => Url, {
    nullable: true,
    description: "An http or https URL that is told of each message's end; at most 2048 characters.",
  })
  smsStatusCallback?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Any text of your own of at most 255 characters, e.g. a UUID: the same key never creates two campaigns.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'What to change; a field left out or null stays as it is.' })
export class UpdateCampaignInput {
  @Field(() => String, { nullable: true, description: 'More than 3 characters, at most 1000.' })
  name?: string | null;

  @Field(() => ContentType, { nullable: true, description: 'Whether everyone gets the same text.' })
  contentType?: ContentType | null;

  @Field(() => [ID], { nullable: true, description: 'Contact lists, in place of those it has.' })
  lists?: string[] | null;

  @Field(() => ScheduleInput, { nullable: true, description: 'When it runs.' })
  schedule?: ScheduleInput | null;

  @Field(() => String, { nullable: true, description: 'The DLT entity: at most 64 digits.' })
  dltEntityId?: string | null;

  @Field(() => String, { nullable: true, description: 'The approved DLT template: at most 64 digits.' })
  dltTemplateId?: string | null;

  @Field(() => String, { nullable: true, description: 'What recipients see as the sender.' })
  senderId?: string | null;

  @Field(() => SmsType, { nullable: true, description: 'The regulatory kind of its messages.' })
  smsType?: SmsType | null;

  @Field(() => String, { nullable: true, description: 'The text, at most 2000 characters.' })
  template?: string | null;

  @Field(() => Url, {
    nullable: true,
    description: 'An http or https URL that is told of start and completion; at most 2048 characters.',
  })
  statusCallback?: string | null;

  @Field(() => Url, {
    nullable: true,
    description: "An http or https URL that is told of each message's end; at most 2048 characters.",
  })
  smsStatusCallback?: string | null;
}
