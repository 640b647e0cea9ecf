import './enums.js';
import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { CampaignAction, CampaignStatus, Channel, ContentType, SmsType } from '../domain/campaign.js';
import { DateTime, Url } from './scalars.js';

@Directive('@key(fields: "sid", resolvable: false)')
@ObjectType({
  simpleResolvers: true,
  description: 'A list of contacts, by reference: its content is not part of this API.',
})
class ContactList {
  @Field(() => ID, { description: "The list's id at the upstream." })
  sid!: string;
}

@Directive('@shareable')
@ObjectType({ simpleResolvers: true, description: 'When a campaign runs.' })
class Schedule {
  @Field(() => DateTime, { nullable: true, description: 'When sending begins.' })
  startTime!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the campaign ends, even if not every message was tried.',
  })
  endTime!: string | null;
}

@Directive('@shareable')
@ObjectType({
  simpleResolvers: true,
  description: 'How many messages of a campaign are where. A campaign just created has none yet.',
})
export class Stats {
  @Field(() => Int, { description: 'Waiting to be sent.' })
  scheduled!: number;

  @Field(() => Int, { description: 'Handed to the operator.' })
  submitted!: number;

  @Field(() => Int, { description: 'Delivered.' })
  sent!: number;

  @Field(() => Int, { description: 'Not delivered, for a reason that has no count of its own.' })
  failed!: number;

  @Field(() => Int, { description: 'Not delivered: the number is on the do-not-disturb register.' })
  failedDnd!: number;

  @Field(() => Int, { description: 'Not delivered in time.' })
  failedExpired!: number;

  @Field(() => Int, { description: 'Never tried: the campaign ended before.' })
  failedNoAttempt!: number;

  @Field(() => Int, { description: 'Not sent: the account had no balance left.' })
  failedNoBalance!: number;

  @Field(() => Int, { description: 'Not sent: the number is not valid.' })
  invalid!: number;

  @Field(() => Int, {
    description: 'All of the above together, and what the upstream counts under no such name.',
  })
  total!: number;
}

@Directive('@key(fields: "sid")')
@Directive('@cacheControl(maxAge: 86400)')
@ObjectType({
  simpleResolvers: true,
  description:
    'An SMS campaign: one text, one or more contact lists, a schedule. Its `messages` are a connection.',
})
export class Campaign {
  /** Set on every object, so that a normalised cache or a router can tell what it is. */
  __typename!: 'Campaign';

  @Field(() => ID, { description: 'The same as `sid`: what normalised client caches key on.' })
  id!: string;

  @Field(() => ID, { description: "The campaign's id at the upstream; opaque." })
  sid!: string;

  @Field(() => String, { description: 'The account that the campaign belongs to.' })
  accountSid!: string;

  @Field(() => String, { description: 'Its name; not unique.' })
  name!: string;

  @Field(() => Channel, { description: 'How it reaches people.' })
  channel!: Channel;

  @Field(() => ContentType, { description: 'Whether everyone gets the same text.' })
  contentType!: ContentType;

  @Field(() => CampaignStatus, { description: 'Where it is in its life.' })
  status!: CampaignStatus;

  @Field(() => String, { description: 'The status exactly as the upstream wrote it, e.g. `in-progress`.' })
  upstreamStatus!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'How far its contact lists are prepared, e.g. `prepared` or `list-completed`. The upstream says so in ' +
      'lists only: null where it did not.',
  })
  state!: string | null;

  @Field(() => [ContactList], { description: 'The contact lists that it is sent to.' })
  lists!: ContactList[];

  @Field(() => Schedule, { description: 'When it runs.' })
  schedule!: Schedule;

  @Field(() => String, { description: 'The text; `@@column` stands for a column of the contact list.' })
  template!: string;

  @Field(() => SmsType, { description: 'The regulatory kind of its messages.' })
  smsType!: SmsType;

  @Field(() => String, { description: 'What recipients see as the sender.' })
  senderId!: string;

  @Field(() => String, { nullable: true, description: 'The DLT entity that the text is registered to.' })
  dltEntityId!: string | null;

  @Field(() => String, { nullable: true, description: 'The DLT template that the text is registered as.' })
  dltTemplateId!: string | null;

  @Field(() => Url, {
    nullable: true,
    description:
      "Called when the campaign starts and when it completes. An address of the gateway's own is a secret: null for " +
      'callers without `campaigns:write`.',
  })
  statusCallback!: string | null;

  @Field(() => Url, {
    nullable: true,
    description:
      "Called when a message reaches its end. An address of the gateway's own is a secret: null for callers without " +
      '`campaigns:write`.',
  })
  smsStatusCallback!: string | null;

  @Field(() => Url, {
    nullable: true,
    description: 'The report as a file; null until the campaign completes.',
  })
  reportUrl!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: "What it is expected to cost, in the account's currency.",
  })
  estimatedCost!: number | null;

  @Field(() => Stats, { description: 'How many of its messages are where.' })
  stats!: Stats;

  @Field(() => [CampaignAction], {
    description: 'What its status allows now; a button for each is safe to show.',
  })
  availableActions!: readonly CampaignAction[];

  @Field(() => DateTime, { description: 'When it was created.' })
  createdAt!: string;

  @Field(() => DateTime, { description: 'When the upstream last changed it.' })
  updatedAt!: string;

  @Field(() => DateTime, { description: 'When the gateway read this from the upstream.' })
  fetchedAt!: string;
}
