import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { type Campaign } from '../../schema/campaign.js';
import { createToWire } from '../exotel/mapping/draft.js';

/** How far a create has come: what it is looked for by, and when looking is proof. */
export interface Progress {
  /** When the first request was sent that may have been taken, by our clock; null: none was. */
  readonly sentAtMs: number | null;
  /** What the upstream has not taken by then it never will; by our clock. */
  readonly sealedAtMs: number;
  /** True where the upstream itself refused or broke off all that was sent: then a list without the campaign is proof. */
  readonly isEnded: boolean;
  /** Of the callback addresses that were sent: callback-marks.ts. */
  readonly marks: readonly string[];
}

/** Nothing was sent, or it is known that nothing was taken. */
export const nothingSent: Progress = { sentAtMs: null, sealedAtMs: 0, isEnded: true, marks: [] };

const stored = z.object({
  fingerprint: z.string(),
  name: z.string(),
  claimedAtMs: z.number(),
  owner: z.string().nullable(),
  beat: z.number(),
  sentAtMs: z.number().nullable(),
  sealedAtMs: z.number(),
  isEnded: z.boolean().default(false),
  marks: z.array(z.string()).default([]),
  campaign: z
    .custom<Campaign>((value) => z.looseObject({ sid: z.string() }).safeParse(value).success)
    .nullable(),
});

/**
 * What the shared state holds of a create under an idempotency key.
 *
 * `name` is the one that it is sent with, `claimedAtMs` when the key was first used. `owner` is who works on it, null for nobody; `beat` grows while that one
 * lives, so that others can tell without comparing clocks. `campaign` is the result.
 */
export type CreateRecord = Readonly<z.infer<typeof stored>>;

/** The record as text, for the store. */
export function recordToText(record: CreateRecord): string {
  return JSON.stringify(record);
}

/** @returns undefined for what a gateway of another version wrote. */
export function recordFromText(text: string): CreateRecord | undefined {
  return stored.safeParse(JSON.parse(text)).data;
}

/** Tells inputs apart by what would be sent: in how many ways nothing can be said makes no difference. */
export function fingerprintOf(draft: CampaignDraft): string {
  return digest(JSON.stringify(createToWire(draft)));
}

/** A text of fixed length in place of one of any length. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
