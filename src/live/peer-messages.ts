import { z } from 'zod';
import { isCampaign } from '../datasources/cache/entry-serializer.js';
import { webhookKinds } from '../domain/network/addresses.js';
import { parseJson } from '../domain/json.js';
import { type Campaign } from '../schema/campaign.js';

/** A campaign that lacks a field, or has an unknown status, is rejected: a peer of another release may send one. */
const campaignSchema = z.custom<Campaign>(isCampaign);

/** Version of the messages. Raise it with every change of them: gateways of two releases run side by side during an update. */
const messageVersion = 1;

/** Version of a read or a write, from the hybrid clock. On the wire it is `order`, since `version` is that of the message. */
const order = z.int().nonnegative();
const sid = z.string().min(1);

const messageSchema = z.discriminatedUnion('kind', [
  /**
   * Campaigns were read. `changed` ones are sent in full; `isNew`: the sender knew no earlier state. `same` ones have not changed
   * since the version `since`.
   */
  z.object({
    kind: z.literal('seen'),
    changed: z.array(z.object({ campaign: campaignSchema, order, isNew: z.boolean().optional() })),
    same: z.array(z.object({ sid, order, since: order })),
  }),
  /** A write may have changed a campaign and every list; null: the lists alone. */
  z.object({ kind: z.literal('wrote'), sid: sid.nullable(), order }),
  /** A callback came to a valid address. Each instance that knows the campaign checks it. */
  z.object({
    kind: z.literal('callback'),
    webhook: z.enum(webhookKinds),
    token: z.string(),
    body: z.unknown(),
  }),
  /** The newest window was read by the poll. */
  z.object({ kind: z.literal('polled') }),
  /** Messages of the sender were lost. */
  z.object({ kind: z.literal('missed') }),
]);

/** A message between the instances of an account. */
export type PeerMessage = z.infer<typeof messageSchema>;

/** Serializes a message. */
export function serializeMessage(message: PeerMessage): string {
  return JSON.stringify({ version: messageVersion, ...message });
}

/** Reason why a message is ignored: it is of another version, which is normal during an update, or malformed. */
type RejectedMessage = 'other version' | 'malformed';

/** Parses a message. */
export function parseMessage(text: string): PeerMessage | RejectedMessage {
  const json = parseJson(text);
  const header = z.object({ version: z.int() }).safeParse(json);
  if (!header.success) return 'malformed';
  if (header.data.version !== messageVersion) return 'other version';
  return messageSchema.safeParse(json).data ?? 'malformed';
}
