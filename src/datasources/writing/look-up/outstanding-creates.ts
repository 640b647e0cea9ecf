import { Mutex } from 'async-mutex';
import { z } from 'zod';
import { ContentType, SmsType } from '../../../domain/campaigns/campaign.js';
import { GatewayError } from '../../../domain/errors.js';
import { parseJson } from '../../../domain/json.js';
import { type CampaignDraft } from '../../../domain/rules/draft.js';
import { type Campaign } from '../../../schema/campaign.js';
import { type SharedState } from '../../state/shared-state.js';
import { type Create, digest, fingerprintOf, nothingSent, type Progress } from '../create.js';
import { isLikelyCreation } from './creation-time.js';
import { callbackDigests, type Fit, fitOf, hasForeignCallback } from './exchanged-answers.js';
import { hasScheduleOf } from './same-campaign.js';
import { letters, type Similarity, similarityOf } from './text-similarity.js';

/** What distinguishes creates with the same text and list, besides name, schedule and callbacks. */
const properties = z.object({
  contentType: z.enum(ContentType).nullable(),
  senderId: z.string().nullable(),
  smsType: z.enum(SmsType).nullable(),
  dltEntityId: z.string().nullable(),
  dltTemplateId: z.string().nullable(),
});
type Properties = z.infer<typeof properties>;

const stored = z.array(
  z.object({
    id: z.string(),
    fingerprint: z.string(),
    name: z.string(),
    startTime: z.coerce.date().nullable(),
    endTime: z.coerce.date().nullable(),
    sentAtMs: z.number(),
    settledByMs: z.number(),
    isInFlight: z.boolean(),
    isFound: z.boolean().optional(),
    suspects: z.array(z.string()).default([]),
    callbacks: z.tuple([z.string().nullable(), z.string().nullable()]),
    properties,
  }),
);
type Outstanding = z.infer<typeof stored>[number];

/** A lost create may be looked for as long as its idempotency key lives. */
const retentionMs = 24 * 3_600_000;
/** A longer name is compared by its beginning. */
const longestName = 400;
/** Most entries of one content. The oldest are dropped first. */
const maximumEntries = 200;
/** Most attempts at a change that collides with other gateways. */
const maximumSwaps = 50;

/** Rank of a similarity: a create with the whole name of a campaign precedes one with a cut name. */
const ranks: Readonly<Partial<Record<Similarity, number>>> = { same: 1, rewritten: 1, cut: 2 };
const unranked = 3;

/**
 * Register of the creates of all gateways that were sent and not answered. A campaign that a look-up finds may belong to one of
 * them.
 *
 * The entries are in the shared state, under the digest of text and lists, since only creates that have both in common can be
 * confused. A look-up reads the register after the list and before it reserves a campaign: a create that is not in the register has
 * reserved its own.
 */
export class OutstandingCreates {
  readonly #state: SharedState;
  readonly #now: () => number;
  readonly #turn = new Mutex();
  readonly #inFlight = new Map<string, Promise<unknown>>();

  constructor(state: SharedState, now: () => number) {
    this.#state = state;
    this.#now = now;
  }

  /** Runs a request of a create, so that look-ups for other creates can wait for its end. */
  async track<T>({ id }: Create, send: () => Promise<T>): Promise<T> {
    const sent = send();
    this.#inFlight.set(id, sent);
    try {
      return await sent;
    } finally {
      this.#inFlight.delete(id);
    }
  }

  /**
   * Waits for the requests of the other creates that this process is sending.
   * @returns whether there were any.
   */
  async waitForOthers(id: string): Promise<boolean> {
    const others = [...this.#inFlight].flatMap(([other, sent]) => (other === id ? [] : [sent]));
    await Promise.allSettled(others);
    return others.length > 0;
  }

  /**
   * Notes that a campaign was found for a create. While the upstream may still process the create's own request, the campaign may be that
   * of an identical create: the entry stays until then.
   */
  async found(create: Create): Promise<void> {
    const { progress } = create.log;
    const isSettled = progress.settledByMs <= this.#now();
    await this.note(create, isSettled ? nothingSent : progress, false, true);
  }

  /** Notes the progress of a create. Where the store is unavailable, others may take its campaign for theirs (docs/writing.md). */
  async note(
    create: Create,
    { sentAtMs, settledByMs, suspects }: Progress,
    isInFlight: boolean,
    isFound = false,
  ): Promise<void> {
    const { draft, id } = create;
    const { startTime = null, endTime = null } = draft.schedule ?? {};
    const name = draft.name.slice(0, longestName);
    const entry = {
      id,
      fingerprint: fingerprintOf(draft),
      name,
      startTime,
      endTime,
      settledByMs,
      isInFlight,
      isFound,
      suspects: [...suspects],
      callbacks: callbackDigests(draft),
      properties: propertiesOf(draft),
    };
    await this.#change(draft, (others) => [
      ...others.filter((other) => other.id !== id),
      ...(sentAtMs === null ? [] : [{ ...entry, sentAtMs }]),
    ]).catch(() => undefined);
  }

  /** The other outstanding creates of the same text and lists. @throws GatewayError where the register is unreadable. */
  async rivalsOf({ id, draft }: Pick<Create, 'id' | 'draft'>): Promise<Rivals> {
    const { entries } = await this.#read(draftKey(draft));
    const others = entries.filter((other) => other.id !== id);
    return new Rivals(draft, others, this.#now());
  }

  async #change(draft: CampaignDraft, change: (entries: Outstanding[]) => Outstanding[]): Promise<void> {
    const key = draftKey(draft);
    await this.#turn.runExclusive(async () => {
      for (let swaps = 0; swaps < maximumSwaps; swaps += 1) {
        const { text, entries } = await this.#read(key);
        const nowMs = this.#now();
        const next = change(
          entries.filter(({ settledByMs, isFound }) => settledByMs + (isFound ? 0 : retentionMs) > nowMs),
        );
        if (await this.#write(key, text, next.slice(-maximumEntries))) return;
      }
    });
  }

  async #write(key: string, text: string | null, entries: readonly Outstanding[]): Promise<boolean> {
    if (entries.length === 0) return text === null || this.#state.remove(key, text);
    const next = JSON.stringify(entries);
    return text === null
      ? this.#state.insert(key, next, retentionMs)
      : this.#state.swap(key, text, next, retentionMs);
  }

  async #read(key: string): Promise<{ readonly text: string | null; readonly entries: Outstanding[] }> {
    const text = await this.#state.read(key);
    const { data } = stored.safeParse(text === null ? [] : parseJson(text));
    if (!data)
      throw new GatewayError('OUTCOME_UNKNOWN', 'The register of outstanding creates is unreadable.');
    return { text, entries: data };
  }
}

/** A campaign of a list. */
export interface FoundRow {
  readonly row: Campaign;
  /** How far the upstream's clock is ahead of ours (see `isLikelyCreation`). */
  readonly aheadMs: number;
}

/** The outstanding creates whose campaigns could be confused with the campaign of one create. */
export class Rivals {
  readonly #draft: Create['draft'];
  readonly #fingerprint: string;
  /** Those whose properties are the same as well. */
  readonly #others: readonly Outstanding[];
  readonly #all: readonly Outstanding[];
  /** Identical creates that were found before the upstream could no longer process them. */
  readonly #early: readonly Outstanding[];
  readonly #nowMs: number;
  /** Ranks by the sent and the stored name. */
  readonly #ranks = new Map<string, Map<string, number>>();

  constructor(draft: Create['draft'], others: readonly Outstanding[], nowMs: number) {
    this.#draft = draft;
    this.#fingerprint = fingerprintOf(draft);
    this.#all = others.filter(({ isFound }) => isFound !== true);
    const own = contentKey(propertiesOf(draft));
    this.#others = this.#all.filter((other) => contentKey(other.properties) === own);
    this.#early = others.filter(
      ({ isFound, fingerprint, settledByMs }) =>
        isFound === true && fingerprint === this.#fingerprint && settledByMs > nowMs,
    );
    this.#nowMs = nowMs;
  }

  /** True if an identical create may have been given the campaign of this one, and its own may yet be created. */
  get mayComeLate(): boolean {
    return this.#early.length > 0;
  }

  /**
   * Tells whether a rival may have created a campaign that matches the create. A lost rival with an identical request counts only
   * where an answer to it has named the campaign: otherwise their campaigns are interchangeable.
   * @param seen names of the campaigns that were found with it. A rival whose name is there did not create a rewritten one.
   */
  mayHaveMade(found: FoundRow, seen: ReadonlySet<string>): boolean {
    const { row } = found;
    return this.#others.some((other) => {
      const isSent = other.isInFlight && this.#nowMs < other.settledByMs;
      const isNamed = other.suspects.includes(row.sid);
      if (other.fingerprint === this.#fingerprint && !isSent && !isNamed) return false;
      if (other.name !== row.name && seen.has(other.name)) return false;
      if (hasForeignCallback(other.callbacks, row)) return false;
      const rank = this.#rankOf(other.name, row.name);
      if (rank === unranked || rank > this.#rankOf(this.#draft.name, row.name)) return false;
      return fits(other, found);
    });
  }

  /**
   * Tells whether a row has the whole name of a rival. A cut name proves nothing: a layer that cuts names may have changed the
   * create's own name further.
   */
  hasWholeNameOfOne(found: FoundRow): boolean {
    return this.#others.some(
      (other) => this.#rankOf(other.name, found.row.name) === ranks.same && fits(other, found),
    );
  }

  /** How a campaign fits the rivals, of whatever properties. */
  fitsOf({ row, aheadMs }: FoundRow): Fit[] {
    const { lists, template } = this.#draft;
    return this.#all
      .filter((other) => other.fingerprint !== this.#fingerprint)
      .filter((other) => isLikelyCreation(other, row.createdAt, aheadMs))
      .map(({ name, properties, callbacks, ...schedule }) => {
        const draft = { ...properties, lists: lists ?? null, template: template ?? null, schedule };
        return fitOf({ draft, callbacks }, row, this.#rankOf(name, row.name) === ranks.same);
      });
  }

  #rankOf(sent: string, stored: string): number {
    const ranksOfSent = this.#ranks.get(sent) ?? new Map<string, number>();
    this.#ranks.set(sent, ranksOfSent);
    const known = ranksOfSent.get(stored);
    if (known !== undefined) return known;
    const compared = sent.length < longestName ? stored : stored.slice(0, longestName);
    const rank = ranks[similarityOf(sent, compared)] ?? unranked;
    ranksOfSent.set(stored, rank);
    return rank;
  }
}

/** Tells whether a campaign was created when a create was sent, and has its schedule. */
function fits(other: Outstanding, { row, aheadMs }: FoundRow): boolean {
  return isLikelyCreation(other, row.createdAt, aheadMs) && hasScheduleOf({ schedule: other }, row);
}

function propertiesOf(draft: CampaignDraft): Properties {
  const { contentType = null, senderId = null, smsType = null } = draft;
  const { dltEntityId = null, dltTemplateId = null } = draft;
  return { contentType, senderId, smsType, dltEntityId, dltTemplateId };
}

/** Equal for properties that the upstream may show as the same. */
function contentKey({ contentType, senderId, smsType, dltEntityId, dltTemplateId }: Properties): string {
  const withoutZeros = [dltEntityId, dltTemplateId].map((id) => id?.replace(/^0+/, ''));
  return JSON.stringify([contentType, senderId?.toLowerCase(), smsType, ...withoutZeros]);
}

/** Key of the creates with the text and the lists of a draft. */
function draftKey({ lists, template }: CampaignDraft): string {
  const content = [letters(template ?? ''), [...(lists ?? [])].sort()];
  return `outstanding:${digest(JSON.stringify(content))}`;
}
