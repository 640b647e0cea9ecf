import { registerEnumType } from 'type-graphql';
import {
  CampaignAction,
  CampaignStatus,
  Channel,
  ContentType,
  SmsType,
} from '../domain/campaigns/campaign.js';
import { UserErrorCode } from '../domain/errors.js';
import { CampaignOrderField, MessageOrderField, OrderDirection } from '../domain/lists/list-query.js';
import { MessageStatus } from '../domain/campaigns/message.js';
import { SmsEncoding } from '../domain/campaigns/sms.js';

const unknownStatus =
  "A status that this schema does not know; `upstreamStatus` has it in the spelling of Exotel's API.";

registerEnumType(Channel, {
  name: 'Channel',
  description: 'Channel of the messages of a campaign.',
  valuesConfig: { SMS: { description: 'Text messages (SMS).' } },
});

registerEnumType(ContentType, {
  name: 'ContentType',
  description: 'Whether all recipients of a campaign get the same text.',
  valuesConfig: {
    STATIC: { description: 'The same text for all recipients, from one to five contact lists.' },
    DYNAMIC: { description: 'A text personalised with columns of exactly one contact list.' },
    UNKNOWN: { description: 'A type that this schema does not know. Never valid as input.' },
  },
});

registerEnumType(SmsType, {
  name: 'SmsType',
  description: 'Regulatory type of messages; it decides which senders are allowed.',
  valuesConfig: {
    TRANSACTIONAL: { description: 'Messages that the recipient expects; the sender has letters only.' },
    TRANSACTIONAL_OPT_IN: {
      description: 'Messages that the recipient has agreed to; the sender has letters only.',
    },
    PROMOTIONAL: { description: 'Advertising messages; the sender has digits only.' },
    UNKNOWN: { description: 'A type that this schema does not know. Never valid as input.' },
  },
});

registerEnumType(CampaignStatus, {
  name: 'CampaignStatus',
  description: 'Lifecycle status of a campaign.',
  valuesConfig: {
    CREATED: { description: 'Accepted. The contact lists are being prepared.' },
    SCHEDULED: { description: 'Ready. The campaign waits for its start time.' },
    IN_PROGRESS: { description: 'Messages are being sent.' },
    PAUSED: { description: 'Nothing is sent until the campaign is resumed.' },
    COMPLETED: { description: 'The campaign has ended; nothing more will be sent.' },
    ARCHIVED: { description: 'Completed and archived.' },
    UNKNOWN: { description: `${unknownStatus} Never valid as a filter.` },
  },
});

registerEnumType(CampaignAction, {
  name: 'CampaignAction',
  description: 'Action on a campaign.',
  valuesConfig: {
    UPDATE: { description: 'Change fields of the campaign. Allowed only before the start.' },
    PAUSE: {
      description:
        'Stop sending until the campaign is resumed. Allowed only before the start or in progress.',
    },
    RESUME: { description: 'Continue to send. Allowed only when paused.' },
    COMPLETE: { description: 'End the campaign: unsent messages fail. Allowed only when paused.' },
    ARCHIVE: { description: 'Archive the campaign. Allowed only when completed.' },
  },
});

registerEnumType(MessageStatus, {
  name: 'MessageStatus',
  description: 'Delivery status of a message.',
  valuesConfig: {
    SCHEDULED: { description: 'The message waits to be sent.' },
    SUBMITTED: { description: 'Handed to the operator.' },
    SENT: { description: 'Delivered to the operator or the handset.' },
    FAILED: { description: 'Not delivered; `detailedStatus` may have the reason.' },
    FAILED_DND: { description: 'Not delivered: the number is on the do-not-disturb register.' },
    FAILED_EXPIRED: { description: 'Not delivered in time.' },
    FAILED_NO_ATTEMPT: { description: 'Not sent: the campaign ended first.' },
    FAILED_NO_BALANCE: { description: 'Not sent: the account had no balance left.' },
    FAILED_SPAM_DETECTED: { description: 'Not delivered: blocked as spam.' },
    INVALID: { description: 'Not sent: the number is not valid.' },
    UNKNOWN: { description: unknownStatus },
  },
});

registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'Direction of an order.',
  valuesConfig: {
    ASC: { description: 'Ascending: smallest, earliest or A first.' },
    DESC: { description: 'Descending: largest, latest or Z first.' },
  },
});

registerEnumType(CampaignOrderField, {
  name: 'CampaignOrderField',
  description: 'Fields by which campaigns can be ordered.',
  valuesConfig: {
    START_TIME: { description: 'Start time. The default order is the latest start first.' },
    NAME: { description: "Name, as Exotel's API compares names." },
  },
});

registerEnumType(MessageOrderField, {
  name: 'MessageOrderField',
  description: 'Fields by which messages can be ordered.',
  valuesConfig: { SCHEDULED_AT: { description: 'Time for which the message is scheduled.' } },
});

registerEnumType(SmsEncoding, {
  name: 'SmsEncoding',
  description: 'Character encoding of an SMS.',
  valuesConfig: {
    GSM7: {
      description:
        'GSM 03.38 with its extension table: 160 characters in a single part; 153 in each part if there are several.',
    },
    UCS2: {
      description:
        'Any character: 70 characters in a single part; 67 in each part if there are several. An emoji counts as two.',
    },
  },
});

registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description: 'Machine-readable reason of a user error.',
  valuesConfig: {
    BLANK: { description: 'A required value is missing or blank.' },
    TOO_SHORT: { description: 'Too few characters.' },
    TOO_LONG: { description: 'Too many characters.' },
    TOO_MANY: { description: 'Too many items.' },
    TOO_FEW: { description: 'Too few items.' },
    INVALID: { description: 'The value does not have the required form.' },
    TOO_EARLY: { description: 'The time must be later.' },
    NOT_FOUND: { description: 'There is no such campaign.' },
    ACTION_NOT_ALLOWED: { description: 'The campaign is in a status that does not allow this.' },
    DUPLICATE: { description: 'The value exists already, or was given twice.' },
    IDEMPOTENCY_KEY_REUSED: { description: 'The idempotency key was used before with a different input.' },
    REJECTED_BY_UPSTREAM: { description: "Exotel's API refused the value for a reason of its own." },
  },
});
