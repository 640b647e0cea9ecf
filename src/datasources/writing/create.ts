import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { type CallOrigin } from '../../domain/request-trace.js';
import { type Campaign } from '../../schema/campaign.js';
import { createToWire } from '../exotel/mapping/draft.js';

/** The progress of a create. */
export interface Progress {
  /** When the first request was sent that may have been processed, by our clock; null: none was. */
  readonly sentAtMs: number | null;
  /** By then every request is processed, if ever; by our clock. */
  readonly settledByMs: number;
  /** True where the upstream itself refused or broke off all that was sent: then a list without the campaign is proof. */
  readonly isEnded: boolean;
  /** Of the callback addresses that were sent: callback-marks.ts. */
  readonly marks: readonly string[];
  /** Sids of campaigns that answers named, though they differ from what was sent: one may be the campaign all the same. */
  readonly suspects: readonly string[];
}

/** Nothing was sent, or it is known that nothing was created. */
export const nothingSent: Progress = {
  sentAtMs: null,
  settledByMs: 0,
  isEnded: true,
  marks: [],
  suspects: [],
};

/** The fields that make a stored campaign a whole one. */
const storedCampaign = z.looseObject({
  ...{ sid: z.string(), id: z.string(), accountSid: z.string(), name: z.string(), status: z.string() },
  ...{ createdAt: z.string(), fetchedAt: z.string() },
  ...{ schedule: z.looseObject({}), stats: z.looseObject({}) },
  ...{ lists: z.array(z.unknown()), availableActions: z.array(z.unknown()) },
});

const stored = z.object({
  fingerprint: z.string(),
  name: z.string(),
  claimedAtMs: z.number(),
  owner: z.string().nullable(),
  beat: z.number(),
  sentAtMs: z.number().nullable(),
  settledByMs: z.number(),
  isEnded: z.boolean().default(false),
  marks: z.array(z.string()).default([]),
  suspects: z.array(z.string()).default([]),
  campaign: z.custom<Campaign>((value) => storedCampaign.safeParse(value).success).nullable(),
});

/**
 * The record of a create under an idempotency key, in the shared state.
 *
 * `name` is the name that is sent, `claimedAtMs` the first use of the key. `owner` is the holder of its lease, null for none;
 * `beat` grows while the holder lives, so that others can tell without comparing clocks. `campaign` is the result.
 */
export type CreateRecord = Readonly<z.infer<typeof stored>>;

/** The record as text, for the store. */
export function recordToText(record: CreateRecord): string {
  return JSON.stringify(record);
}

/** @returns undefined for a text that is not a record of this version, e.g. that of a newer gateway. */
export function recordFromText(text: string): CreateRecord | undefined {
  const json = jsonOrUndefined(text);
  if (typeof json !== 'object' || json === null) return undefined;
  const settledByMs = 'sealedAtMs' in json ? json.sealedAtMs : undefined; // its name in version 0.1
  return stored.safeParse({ settledByMs, ...json }).data;
}

/** Parses a text of the shared state. @returns undefined for a text that is not JSON. */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Tells inputs apart by what would be sent: a field that is left out and one that is null are the same. */
export function fingerprintOf(draft: CampaignDraft): string {
  return digest(JSON.stringify(createToWire(draft)));
}

/** A text of fixed length in place of one of any length. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** A campaign that can be found again. */
export type NamedDraft = CampaignDraft & { readonly name: string };

/** Where a create notes its progress, before it goes on. */
export interface CreateLog {
  readonly progress: Progress;
  /** @throws GatewayError where it can't be noted, or another gateway works on this create by now. */
  note(progress: Progress): Promise<void>;
  /** False where another gateway may work on this create by now. */
  isOurs(): boolean;
}

/** One create, whatever becomes of its requests. */
export interface Create {
  /** A campaign that is its answer is reserved under this. */
  readonly id: string;
  readonly draft: NamedDraft;
  /** True where the name was made for it. */
  readonly isNameOurs: boolean;
  readonly log: CreateLog;
  /** The request that it is for. */
  readonly origin: CallOrigin;
}

/**
 * Adds the callback addresses that neither the caller nor the campaign has; new ones each time: callback-marks.ts.
 */
export type WithCallbacks = (draft: CampaignDraft, campaign?: Campaign) => CampaignDraft;

/** The document's sample times are Indian. */
const indianOffsetMs = 5.5 * 3_600_000;

/**
 * A name for a campaign that was given none: the upstream's own default, "AccountSID CurrentDate CurrentTime"
 * (`exotel 2021-06-04 11:11:10`), and some letters more. With the upstream's own, two campaigns of one second could
 * not be told apart when the answer to a create was lost.
 *
 * @param random from 0 to 1.
 */
export function defaultName(accountSid: string, nowMs: number, random: () => number): string {
  const time = new Date(nowMs + indianOffsetMs).toISOString().slice(0, 19).replace('T', ' ');
  const letters = Array.from({ length: 8 }, () => Math.floor(random() * 36).toString(36));
  return `${accountSid} ${time} ${letters.join('')}`;
}
