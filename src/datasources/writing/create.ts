import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isObject, parseJson } from '../../domain/json.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { type CallOrigin } from '../../domain/requests/request-trace.js';
import { type Campaign } from '../../schema/campaign.js';
import { createToWire } from '../exotel/wire/requests.js';

/** Progress of a create. */
export interface Progress {
  /** When the first request that may have been processed was sent, by our clock; null where there is none. */
  readonly sentAtMs: number | null;
  /** The time by which every request is processed, if ever; by our clock. */
  readonly settledByMs: number;
  /** True where the upstream itself ended every exchange. Then a list without the campaign proves that it was not created. */
  readonly isEnded: boolean;
  /** Digests of the callback addresses that were generated for the requests (`callbackMarks`). */
  readonly marks: readonly string[];
  /** Sids of campaigns that answers named, though they differ from what was sent. Each may be the campaign nevertheless. */
  readonly suspects: readonly string[];
}

/** Progress of a create of which nothing was sent, or that certainly created nothing. */
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
 * Record of a create under an idempotency key, in the shared state.
 *
 * `name` is the name that is sent, `claimedAtMs` the first use of the key. `owner` is the holder of the lease, or null; `beat`
 * counts its heartbeats, so that other gateways see without comparing clocks that it lives. `campaign` is the result.
 */
export type CreateRecord = Readonly<z.infer<typeof stored>>;

/** Serialises a record for the shared state. */
export function recordToText(record: CreateRecord): string {
  return JSON.stringify(record);
}

/** Parses a record. @returns undefined for a text that is not a record, or one of a newer gateway. */
export function recordFromText(text: string): CreateRecord | undefined {
  const json = parseJson(text);
  if (!isObject(json)) return undefined;
  const settledByMs = json['sealedAtMs']; // its name in version 0.1
  return stored.safeParse({ settledByMs, ...json }).data;
}

/** Fingerprint of the request that a draft becomes. An omitted field and a null field make no difference. */
export function fingerprintOf(draft: CampaignDraft): string {
  return digest(JSON.stringify(createToWire(draft)));
}

/** SHA-256 digest of a text, in base64url. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** A draft with a name, by which its campaign can be found. */
export type NamedDraft = CampaignDraft & { readonly name: string };

/** Log of a create's progress. Each step is noted before it is taken. */
export interface CreateLog {
  readonly progress: Progress;
  /** @throws GatewayError where the store is unavailable, or another gateway has taken over this create. */
  note(progress: Progress): Promise<void>;
  /** False once another gateway may have taken over this create. */
  isOurs(): boolean;
}

/** One create, with all its requests. */
export interface Create {
  /** The campaign that it creates is reserved under this id. */
  readonly id: string;
  readonly draft: NamedDraft;
  /** True for a name that was generated for it. */
  readonly isNameOurs: boolean;
  readonly log: CreateLog;
  /** The request that it is for. */
  readonly origin: CallOrigin;
}

/**
 * Adds the callback addresses that neither the caller nor the campaign has. Each call generates new ones. It returns the draft
 * itself if there is nothing to add.
 */
export type WithCallbacks = (draft: CampaignDraft, campaign?: Campaign) => CampaignDraft;

/** The times of the API document have the Indian offset. */
const indianOffsetMs = 5.5 * 3_600_000;

/**
 * Generates a name for a campaign without one: the upstream's default, "AccountSID CurrentDate CurrentTime"
 * (`exotel 2021-06-04 11:11:10`), and eight random letters or digits. With the default alone, two campaigns of one second could
 * not be distinguished after a lost answer.
 *
 * @param random from 0 to 1.
 */
export function defaultName(accountSid: string, nowMs: number, random: () => number): string {
  const time = new Date(nowMs + indianOffsetMs).toISOString().slice(0, 19).replace('T', ' ');
  const suffix = Array.from({ length: 8 }, () => Math.floor(random() * 36).toString(36));
  return `${accountSid} ${time} ${suffix.join('')}`;
}
