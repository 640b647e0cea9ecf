import { GatewayError } from '../../../domain/errors.js';
import { failedBecause } from '../../../domain/upstream-failure.js';
import { type Campaign } from '../../../schema/campaign.js';
import { type Create } from '../create.js';
import { OutcomeUnknown } from '../outcome.js';
import { Inconclusive, type LookUp } from './look-up.js';

/** A caller is kept waiting so long between looks; after the last the outcome is unknown. */
const pausesMs = [5000, 5000] as const;

/**
 * Looks for the effect of a request whose answer was lost: at once, and twice more, the first time as soon as the request can't be
 * processed any more.
 * @param openMs for how long it may still be processed.
 * @param look gives undefined where it tells nothing; `isSettled` is true once the request can't be processed any more.
 * @returns undefined where no look told anything.
 */
export async function lookUntilKnown<T>(
  openMs: number,
  sleep: (ms: number) => Promise<unknown>,
  look: (isSettled: boolean) => Promise<T | undefined>,
): Promise<T | undefined> {
  let leftMs = openMs;
  for (const pauseMs of [...pausesMs, null]) {
    const found = await look(leftMs <= 0);
    if (found !== undefined || pauseMs === null) return found;
    const waitMs = leftMs > 0 ? Math.min(leftMs, pauseMs) : pauseMs;
    await sleep(waitMs);
    leftMs -= waitMs;
  }
  return undefined;
}

/** What the reconciler needs. */
export interface ReconcilerOptions {
  readonly lookUp: LookUp;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** How long one look may take, with its wait for other creates. */
const lookTimeoutMs = 6000;

/** Establishes the outcome of a create whose answer was lost. */
export class Reconciler {
  readonly #options: ReconcilerOptions;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /**
   * Looks at once, and again when the requests can't be processed any more.
   * @returns the campaign, or null where there certainly is none.
   * @throws OutcomeUnknown where neither is certain yet.
   */
  async reconcile(create: Create): Promise<Campaign | null> {
    const { now, sleep } = this.#options;
    const openMs = create.log.progress.settledByMs - now();
    const found = await lookUntilKnown(openMs, sleep, async (isSettled) => {
      const campaign = await this.#look(create, isSettled);
      return campaign === null && !isSettled ? undefined : campaign;
    });
    if (found === undefined) throw new OutcomeUnknown(create.draft.name);
    return found;
  }

  /** @returns undefined for a look that tells nothing. */
  async #look(create: Create, isSettled: boolean): Promise<Campaign | null | undefined> {
    const { id, draft, isNameOurs, log, origin } = create;
    const { sentAtMs, settledByMs, marks, suspects } = log.progress;
    if (sentAtMs === null) return null;
    const lost = { createId: id, draft, isNameOurs, sentAtMs, settledByMs, marks, suspects };
    try {
      return await withTimeout(
        this.#options.lookUp.findCampaign(lost, { priority: 'write', origin }, isSettled),
      );
    } catch (error) {
      // The budget says when there is a place for another look; waiting here is of no use.
      if (failedBecause(error, 'rateLimited'))
        throw new OutcomeUnknown(draft.name, error.facts.retryAfterSeconds);
      if (error instanceof Inconclusive || error instanceof GatewayError) return undefined;
      throw error;
    }
  }
}

/** A look that takes too long tells nothing, though it goes on. */
async function withTimeout<T>(look: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, lookTimeoutMs, undefined);
  });
  return Promise.race([look, late]).finally(() => {
    clearTimeout(timer);
    look.catch(() => undefined);
  });
}
