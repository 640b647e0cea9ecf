import { registerEnumType } from 'type-graphql';
import { CampaignAction, CampaignStatus, Channel, ContentType, SmsType } from '../domain/campaign.js';
import { UserErrorCode } from '../domain/errors.js';
import { CampaignOrderField, MessageOrderField, OrderDirection } from '../domain/list-query.js';
import { MessageStatus } from '../domain/message.js';
import { SmsEncoding } from '../domain/sms.js';

const unknownWord = 'A word that this gateway does not know; `upstreamStatus` has it as it was written.';

registerEnumType(Channel, {
  name: 'Channel',
  description: 'How a campaign reaches people.',
  valuesConfig: { SMS: { description: 'By text message.' } },
});

registerEnumType(ContentType, {
  name: 'ContentType',
  description: 'Whether everyone gets the same text.',
  valuesConfig: {
    STATIC: { description: 'The same text for everyone; one to five contact lists.' },
    DYNAMIC: { description: 'Personalised from the columns of exactly one contact list.' },
    UNKNOWN: { description: 'A kind that this gateway does not know. Never valid as input.' },
  },
});

registerEnumType(SmsType, {
  name: 'SmsType',
  description: 'The regulatory kind of message; it decides what a sender may look like.',
  valuesConfig: {
    TRANSACTIONAL: { description: 'Expected by the recipient; the sender has letters only.' },
    TRANSACTIONAL_OPT_IN: { description: 'Agreed to by the recipient; the sender has letters only.' },
    PROMOTIONAL: { description: 'Advertising; the sender has digits only.' },
    UNKNOWN: { description: 'A kind that this gateway does not know. Never valid as input.' },
  },
});

registerEnumType(CampaignStatus, {
  name: 'CampaignStatus',
  description: 'Where a campaign is in its life.',
  valuesConfig: {
    CREATED: { description: 'Accepted; its contact lists are being prepared.' },
    SCHEDULED: { description: 'Ready, waiting for its start time.' },
    IN_PROGRESS: { description: 'Messages are being sent.' },
    PAUSED: { description: 'Held: nothing is sent until it is resumed.' },
    COMPLETED: { description: 'Nothing more will be sent.' },
    ARCHIVED: { description: 'Completed and put away.' },
    UNKNOWN: { description: `${unknownWord} Never valid as a filter.` },
  },
});

registerEnumType(CampaignAction, {
  name: 'CampaignAction',
  description: 'What can be asked of a campaign.',
  valuesConfig: {
    UPDATE: { description: 'Change its fields; only before the start.' },
    PAUSE: { description: 'Stop sending for now; before the start or in progress.' },
    RESUME: { description: 'Go on sending; only when paused.' },
    COMPLETE: { description: 'End it, what is unsent becomes failed; only when paused.' },
    ARCHIVE: { description: 'Put it away; only when completed.' },
  },
});

registerEnumType(MessageStatus, {
  name: 'MessageStatus',
  description: 'Where one message is.',
  valuesConfig: {
    SCHEDULED: { description: 'Waiting to be sent.' },
    SUBMITTED: { description: 'Handed to the operator.' },
    SENT: { description: 'Delivered to the operator or the handset.' },
    FAILED: { description: 'Not delivered; `detailedStatus` may say why.' },
    FAILED_DND: { description: 'The number is on the do-not-disturb register.' },
    FAILED_EXPIRED: { description: 'Not delivered in time.' },
    FAILED_NO_ATTEMPT: { description: 'Never tried: the campaign ended before.' },
    FAILED_NO_BALANCE: { description: 'The account had no balance left.' },
    FAILED_SPAM_DETECTED: { description: 'Held back as spam.' },
    INVALID: { description: 'The number is not valid.' },
    UNKNOWN: { description: unknownWord },
  },
});

registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'Which end of an order comes first.',
  valuesConfig: {
    ASC: { description: 'Smallest, earliest or A first.' },
    DESC: { description: 'Largest, latest or Z first.' },
  },
});

registerEnumType(CampaignOrderField, {
  name: 'CampaignOrderField',
  description: 'What campaigns can be ordered by.',
  valuesConfig: {
    START_TIME: { description: 'When they start; latest first is the default order.' },
    NAME: { description: 'Their names, as the upstream compares them.' },
  },
});

registerEnumType(MessageOrderField, {
  name: 'MessageOrderField',
  description: 'What messages can be ordered by.',
  valuesConfig: { SCHEDULED_AT: { description: 'When they are to be sent.' } },
});

registerEnumType(SmsEncoding, {
  name: 'SmsEncoding',
  description: 'How a text is put into bits on its way to a phone.',
  valuesConfig: {
    GSM7: {
      description: 'GSM 03.38 with its extension table: 160 characters in one part, 153 in each of several.',
    },
    UCS2: { description: 'Any character: 70 in one part, 67 in each of several; an emoji counts as two.' },
  },
});

registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description: 'What is wrong with an argument, for programs.',
  valuesConfig: {
    BLANK: { description: 'A value is needed and there is none.' },
    TOO_SHORT: { description: 'Too few characters.' },
    TOO_LONG: { description: 'Too many characters.' },
    TOO_MANY: { description: 'Too many items.' },
    TOO_FEW: { description: 'Too few items.' },
    INVALID: { description: 'Not of the form that is needed.' },
    TOO_EARLY: { description: 'A moment that must be later.' },
    NOT_FOUND: { description: 'There is no such campaign.' },
    ACTION_NOT_ALLOWED: { description: 'The campaign is in a status that does not allow this.' },
    DUPLICATE: { description: 'It exists already, or was given twice.' },
    IDEMPOTENCY_KEY_REUSED: { description: 'The key was used with another input.' },
    REJECTED_BY_UPSTREAM: { description: 'The upstream refused it for a reason of its own.' },
  },
});
