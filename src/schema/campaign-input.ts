import { Field, ID, InputType } from 'type-graphql';
import { Channel, ContentType, SmsType } from '../domain/campaigns/campaign.js';
import { DateTime, Url } from './scalars.js';
import './enums.js';

@InputType({ description: 'Start and end of a campaign.' })
export class ScheduleInput {
  @Field(() => DateTime, { nullable: true, description: 'Start of sending; at least 10 minutes from now.' })
  startTime?: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'End of the campaign; at least 2 hours after the start.',
  })
  endTime?: Date | null;
}

@InputType()
abstract class CallbacksInput {
  @Field(() => Url, {
    nullable: true,
    description:
      'Webhook for the start and the completion of the campaign: an http or https URL of at most 2048 characters.',
  })
  statusCallback?: string | null;

  @Field(() => Url, {
    nullable: true,
    description:
      'Webhook for the final status of each message: an http or https URL of at most 2048 characters.',
  })
  smsStatusCallback?: string | null;
}

@InputType({ description: 'A new campaign. All broken rules are reported together, as user errors.' })
export class CreateCampaignInput extends CallbacksInput {
  @Field(() => String, {
    nullable: true,
    description:
      'Name of the campaign: more than 3 and at most 1000 characters. A name is generated if this is omitted.',
  })
  name?: string | null;

  @Field(() => ContentType, { description: 'Whether all recipients get the same text.' })
  contentType!: ContentType;

  @Field(() => [ID], {
    description: 'Sids of contact lists: 1 to 5 for a static campaign, exactly 1 for a dynamic one.',
  })
  lists!: string[];

  @Field(() => Channel, {
    nullable: true,
    defaultValue: Channel.SMS,
    description: 'Channel of the messages.',
  })
  channel?: Channel | null;

  @Field(() => ScheduleInput, {
    nullable: true,
    description: 'Start and end. Default: the start is 10 minutes after creation, the end 30 days later.',
  })
  schedule?: ScheduleInput | null;

  @Field(() => String, { description: 'Id of the DLT entity: at most 64 digits.' })
  dltEntityId!: string;

  @Field(() => String, { description: 'Id of the approved DLT template: at most 64 digits.' })
  dltTemplateId!: string;

  @Field(() => String, {
    description:
      'Sender that recipients see: letters only for transactional types, digits only for promotional.',
  })
  senderId!: string;

  @Field(() => SmsType, { description: 'Regulatory type of the messages.' })
  smsType!: SmsType;

  @Field(() => String, {
    description:
      'Text of the messages: at most 2000 characters. `@@column` inserts a column of the contact list; at most 5 different ones.',
  })
  template!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Any text of at most 255 characters, e.g. a UUID. A create that is repeated with the same key within 24 hours does not create a second campaign.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Changes to a campaign. A field that is omitted or null stays as it is.' })
export class UpdateCampaignInput extends CallbacksInput {
  @Field(() => String, { nullable: true, description: 'New name: more than 3 and at most 1000 characters.' })
  name?: string | null;

  @Field(() => ContentType, { nullable: true, description: 'Whether all recipients get the same text.' })
  contentType?: ContentType | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Sids of the contact lists that replace the current ones.',
  })
  lists?: string[] | null;

  @Field(() => ScheduleInput, { nullable: true, description: 'New start and end.' })
  schedule?: ScheduleInput | null;

  @Field(() => String, { nullable: true, description: 'Id of the DLT entity: at most 64 digits.' })
  dltEntityId?: string | null;

  @Field(() => String, { nullable: true, description: 'Id of the approved DLT template: at most 64 digits.' })
  dltTemplateId?: string | null;

  @Field(() => String, { nullable: true, description: 'Sender that recipients see.' })
  senderId?: string | null;

  @Field(() => SmsType, { nullable: true, description: 'Regulatory type of the messages.' })
  smsType?: SmsType | null;

  @Field(() => String, { nullable: true, description: 'Text of the messages: at most 2000 characters.' })
  template?: string | null;
}
