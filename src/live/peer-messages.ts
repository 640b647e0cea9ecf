import { z } from 'zod';
import { CampaignAction, CampaignStatus, Channel, ContentType, SmsType } from '../domain/campaign.js';
import { type Campaign } from '../schema/campaign.js';
import { webhookKinds } from './callback-urls.js';

const textOrNull = z.string().nullable();
const count = z.number();

/** A campaign as another gateway tells it, which may be of another version: what lacks a field is none. */
const campaignSchema: z.ZodType<Campaign> = z.object({
  __typename: z.literal('Campaign'),
  id: z.string(),
  sid: z.string().min(1),
  accountSid: z.string(),
  name: z.string(),
  channel: z.enum(Channel),
  contentType: z.enum(ContentType),
  status: z.enum(CampaignStatus),
  upstreamStatus: z.string(),
  state: textOrNull,
  lists: z.array(z.object({ sid: z.string() })),
  schedule: z.object({ startTime: textOrNull, endTime: textOrNull }),
  template: z.string(),
  smsType: z.enum(SmsType),
  senderId: z.string(),
  dltEntityId: textOrNull,
  dltTemplateId: textOrNull,
  statusCallback: textOrNull,
  smsStatusCallback: textOrNull,
  reportUrl: textOrNull,
  estimatedCost: z.number().nullable(),
  stats: z.object({
    scheduled: count,
    submitted: count,
    sent: count,
    failed: count,
    failedDnd: count,
    failedExpired: count,
    failedNoAttempt: count,
    failedNoBalance: count,
    invalid: count,
    total: count,
  }),
  availableActions: z.array(z.enum(CampaignAction)),
  createdAt: z.string(),
  updatedAt: z.string(),
  fetchedAt: z.string(),
});

/** To be raised with every change of what is said; gateways of two versions run side by side while one replaces the other. */
const version = 1;

/** Tells which of two readings is newer, by the clocks of all gateways. */
const order = z.int().nonnegative();
const sid = z.string().min(1);

const messageSchema = z.discriminatedUnion('kind', [
  /** Campaigns were read: those that are not what they were, and those that are as since a reading told before. */
  z.object({
    kind: z.literal('seen'),
    changed: z.array(z.object({ campaign: campaignSchema, order })),
    same: z.array(z.object({ sid, order, since: order })),
  }),
  /** A write may have changed a campaign, and every list; null: the lists alone. */
  z.object({ kind: z.literal('wrote'), sid: sid.nullable(), order }),
  /** A callback came, to an address of ours; whom it concerns says who knows the campaign. */
  z.object({
    kind: z.literal('callback'),
    webhook: z.enum(webhookKinds),
    token: z.string(),
    body: z.unknown(),
  }),
  /** The newest window was read for all who listen. */
  z.object({ kind: z.literal('polled') }),
  /** Not everything could be said for a time. */
  z.object({ kind: z.literal('missed') }),
]);

/** What the gateways of an account tell each other. */
export type PeerMessage = z.infer<typeof messageSchema>;

/** As it is said. */
export function serializeMessage(message: PeerMessage): string {
  return JSON.stringify({ version, ...message });
}

/** Of another version, which is no fault, or unreadable. */
export type RejectedMessage = 'other version' | 'malformed';

/** As it is heard. */
export function parseMessage(text: string): PeerMessage | RejectedMessage {
  const said = parsed(text);
  const asked = z.object({ version: z.int() }).safeParse(said);
  if (!asked.success) return 'malformed';
  if (asked.data.version !== version) return 'other version';
  return messageSchema.safeParse(said).data ?? 'malformed';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
