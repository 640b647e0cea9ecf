import './enums.js';
import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import {
  CampaignAction,
  CampaignStatus,
  Channel,
  ContentType,
  SmsType,
} from '../domain/campaigns/campaign.js';
import { DateTime, Url } from './scalars.js';

@Directive('@key(fields: "sid", resolvable: false)')
@ObjectType({
  simpleResolvers: true,
  description: 'Reference to a contact list. Its contacts are not part of this API.',
})
export class ContactList {
  @Field(() => ID, { description: "Id of the list in Exotel's API." })
  sid!: string;
}

@Directive('@shareable')
@ObjectType({ simpleResolvers: true, description: 'Start and end of a campaign.' })
class Schedule {
  @Field(() => DateTime, { nullable: true, description: 'Start of sending.' })
  startTime!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'End of the campaign. Messages that are not sent by then fail.',
  })
  endTime!: string | null;
}

@Directive('@shareable')
@ObjectType({
  simpleResolvers: true,
  description: 'Message counts of a campaign by status. All are 0 right after creation.',
})
export class Stats {
  @Field(() => Int, { description: 'Messages that wait to be sent.' })
  scheduled!: number;

  @Field(() => Int, { description: 'Messages handed to the operator.' })
  submitted!: number;

  @Field(() => Int, { description: 'Messages delivered to the operator or the handset.' })
  sent!: number;

  @Field(() => Int, { description: 'Messages not delivered for a reason that no other field counts.' })
  failed!: number;

  @Field(() => Int, {
    description: 'Messages not delivered because the number is on the do-not-disturb register.',
  })
  failedDnd!: number;

  @Field(() => Int, { description: 'Messages not delivered in time.' })
  failedExpired!: number;

  @Field(() => Int, { description: 'Messages not sent before the campaign ended.' })
  failedNoAttempt!: number;

  @Field(() => Int, { description: 'Messages not sent because the account had no balance left.' })
  failedNoBalance!: number;

  @Field(() => Int, { description: 'Messages not sent because the number is not valid.' })
  invalid!: number;

  @Field(() => Int, {
    description:
      "All messages: the sum of the other counts, or Exotel's own total if that is greater. Messages in a status that this schema does not know are counted only in Exotel's own total.",
  })
  total!: number;
}

@Directive('@key(fields: "sid")')
@Directive('@cacheControl(maxAge: 86400)')
@ObjectType({
  simpleResolvers: true,
  description: 'An SMS campaign: one text that is sent to one or more contact lists by a schedule.',
})
export class Campaign {
  /** Set on every object, so that abstract types resolve without a call. */
  __typename!: 'Campaign';

  @Field(() => ID, { description: 'Same value as `sid`, for client caches that key on `id`.' })
  id!: string;

  @Field(() => ID, { description: "Id of the campaign in Exotel's API; opaque." })
  sid!: string;

  @Field(() => String, { description: 'Sid of the account that the campaign belongs to.' })
  accountSid!: string;

  @Field(() => String, { description: 'Name of the campaign; not unique.' })
  name!: string;

  @Field(() => Channel, { description: 'Channel of the messages.' })
  channel!: Channel;

  @Field(() => ContentType, { description: 'Whether all recipients get the same text.' })
  contentType!: ContentType;

  @Field(() => CampaignStatus, { description: 'Lifecycle status.' })
  status!: CampaignStatus;

  @Field(() => String, { description: "Status in the spelling of Exotel's API, e.g. `in-progress`." })
  upstreamStatus!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Preparation of the contact lists, e.g. `prepared` or `list-completed`. Exotel's API returns it in " +
      'lists of campaigns only, so it may be null elsewhere.',
  })
  state!: string | null;

  @Field(() => [ContactList], { description: 'Contact lists of the recipients.' })
  lists!: ContactList[];

  @Field(() => Schedule, { description: 'Start and end.' })
  schedule!: Schedule;

  @Field(() => String, {
    description: 'Text of the messages. `@@column` stands for a column of the contact list.',
  })
  template!: string;

  @Field(() => SmsType, { description: 'Regulatory type of the messages.' })
  smsType!: SmsType;

  @Field(() => String, { description: 'Sender that recipients see.' })
  senderId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Id of the DLT entity that the text is registered to.',
  })
  dltEntityId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Id of the DLT template that the text is registered as.',
  })
  dltTemplateId!: string | null;

  @Field(() => Url, {
    nullable: true,
    description:
      'Webhook for the start and the completion of the campaign. A webhook address of this gateway is secret: it is null ' +
      'for callers without `campaigns:write`.',
  })
  statusCallback!: string | null;

  @Field(() => Url, {
    nullable: true,
    description:
      'Webhook for the final status of each message. A webhook address of this gateway is secret: it is null for callers ' +
      'without `campaigns:write`.',
  })
  smsStatusCallback!: string | null;

  @Directive('@tag(name: "personal")') // a file that may show recipients
  @Field(() => Url, {
    nullable: true,
    description: 'URL of the report file; null until the campaign completes.',
  })
  reportUrl!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Expected cost, in the currency of the account.',
  })
  estimatedCost!: number | null;

  @Field(() => Stats, { description: 'Message counts by status.' })
  stats!: Stats;

  @Field(() => [CampaignAction], {
    description: 'Actions that the status allows now: a user interface can show a button for each.',
  })
  availableActions!: readonly CampaignAction[];

  @Field(() => DateTime, { description: 'Time of creation.' })
  createdAt!: string;

  @Field(() => DateTime, { description: "Time of the last change in Exotel's API." })
  updatedAt!: string;

  @Field(() => DateTime, {
    description:
      "Time at which the gateway read this campaign from Exotel's API. Values may be older than the request.",
  })
  fetchedAt!: string;
}
