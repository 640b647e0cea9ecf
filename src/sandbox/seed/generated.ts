import { type CampaignParameters } from '../campaign.js';
import { hexDigits, hashOf } from '../hash.js';
import { type CampaignDraft } from '../draft.js';
import { type CampaignStatus } from '../lifecycle.js';
import { audienceOf, SENDING_INTERVAL_MS } from '../messages.js';
import { PREPARING_MS, type SandboxState } from '../state.js';

/** Text and sender of a generated campaign. */
type Text = Pick<CampaignParameters, 'name' | 'contentType' | 'smsType' | 'senderId' | 'template'>;

const service = { contentType: 'static', smsType: 'transactional', senderId: 'EXOTEL' } as const;
const personal = { contentType: 'dynamic', smsType: 'transactional', senderId: 'EXOSMS' } as const;
const offer = { contentType: 'static', smsType: 'promotional', senderId: '140456' } as const;
const optIn = { contentType: 'static', smsType: 'transactional_opt_in', senderId: 'EXOTEL' } as const;

/** Texts of generated campaigns: plain, personalised, Hindi, Tamil, with emoji, and longer than one SMS. */
const TEXTS: readonly [Text, ...Text[]] = [
  { ...service, name: 'Account activation', template: 'Hi user,Thank you for registering. -Exotel' },
  { ...personal, name: 'Payment reminder', template: 'Dear @@First_name, Rs.@@Amount is due today. -Exotel' },
  {
    ...offer,
    name: 'Weekend sale',
    template: '🎉 Weekend sale: 20% off everything! 🛍️ Reply STOP to opt out.',
  },
  {
    ...service,
    name: 'दीपावली की शुभकामनाएँ',
    template: 'आपको और आपके परिवार को दीपावली की हार्दिक शुभकामनाएँ। -Exotel',
  },
  { ...optIn, name: 'பொங்கல் வாழ்த்து', template: 'அனைவருக்கும் இனிய பொங்கல் நல்வாழ்த்துக்கள். -Exotel' },
  {
    ...personal,
    name: 'Delivery update',
    template: 'Hi @@Name, your order reaches @@Number today. 📦 -Exotel',
  },
  {
    ...service,
    name: 'Billing notice',
    template:
      'Prepaid rental charges for the billing cycle starting today have been deducted from your Exotel account. ' +
      'Your Exotel account balance is now Rs.100. Please recharge to keep all services running. Thank you.',
  },
];

/** Number of generated campaigns, besides the document's samples. */
export const GENERATED_CAMPAIGNS = 110;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LONG_LISTS_AUDIENCE = 1_500;

/** Statuses of generated campaigns, which repeat after eleven. */
const STATUSES: readonly CampaignStatus[] = [
  'completed',
  'scheduled',
  'in-progress',
  'completed',
  'paused',
  'completed',
  'archived',
  'scheduled',
  'completed',
  'created',
  'archived',
];

/** Generates a campaign from its index; its times are around the current time. */
export function generate(state: SandboxState, index: number): void {
  const now = state.now();
  const status = STATUSES[index % STATUSES.length] ?? 'completed';
  const sid = hexDigits(`generated ${index}`, 32);
  const text = TEXTS[hashOf(sid) % TEXTS.length] ?? TEXTS[0];
  const size = text.contentType === 'dynamic' ? 1 : 1 + (index % 3);
  const lists = Array.from({ length: size }, (_, list) => hexDigits(`list ${index % 17} ${list}`, 32));
  const isSending = status === 'in-progress' || status === 'paused';
  const audience = isSending ? LONG_LISTS_AUDIENCE : audienceOf(lists);
  state.insert({
    ...text,
    name: `${text.name} ${index + 1}`,
    sid,
    lists,
    audience,
    status,
    channelListed: index % 3 !== 0,
    smsStatusCallback: index % 4 === 0 ? 'https://callbacks.example.com/sms' : null,
    ...timesOf(status, index, now, audience),
  });
}

type Times = Pick<CampaignDraft, 'createdAt' | 'startsAt' | 'endsAt' | 'changedAt'>;

function timesOf(status: CampaignStatus, index: number, now: number, audience: number): Times {
  const minute = Math.floor(now / MINUTE) * MINUTE;
  switch (status) {
    case 'created':
      return { createdAt: now, startsAt: minute + 15 * MINUTE + index * 20 * MINUTE };
    case 'scheduled': {
      // Starts are spread over the next day, so that a campaign is always about to start.
      const startsAt = minute + 5 * MINUTE + index * 15 * MINUTE;
      const createdAt = now - DAY + index * MINUTE;
      const changedAt = createdAt + PREPARING_MS;
      return { createdAt, startsAt, endsAt: startsAt + 10 * DAY, changedAt };
    }
    case 'in-progress':
    case 'paused': {
      // At most ten of nearly sixty minutes of sending have passed.
      const startsAt = minute - (1 + (index % 10)) * MINUTE;
      const changedAt = status === 'paused' ? now : startsAt;
      return { createdAt: startsAt - HOUR, startsAt, endsAt: startsAt + 2 * DAY, changedAt };
    }
    case 'completed':
    case 'archived': {
      const startsAt = minute - (1 + (index % 60)) * DAY - (index % 9) * HOUR;
      const changedAt = startsAt + audience * SENDING_INTERVAL_MS + MINUTE;
      return { createdAt: startsAt - 15 * MINUTE, startsAt, endsAt: startsAt + 12 * HOUR, changedAt };
    }
  }
}
