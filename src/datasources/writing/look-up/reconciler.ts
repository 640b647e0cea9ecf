import { GatewayError } from '../../../domain/errors.js';
import { withTimeout } from '../../../domain/timeout.js';
import { failedBecause } from '../../../domain/upstream-failure.js';
import { type Campaign } from '../../../schema/campaign.js';
import { type Create } from '../create.js';
import { OutcomeUnknown } from '../outcome.js';
import { Inconclusive, ListTooLong, type LookUp } from './look-up.js';

/** Pauses between the look-ups while the caller waits. After the last look-up the outcome is unknown. */
const pausesMs = [5000, 5000] as const;

/**
 * Looks for the effect of a request whose answer was lost: at once, and twice more. The second look-up waits until the request can't
 * be processed any more, where that is within the pause.
 * @param openMs how long the request may still be processed.
 * @param look resolves to undefined where it is inconclusive; `isSettled` is true once the request can't be processed any more.
 * @returns undefined where every look-up was inconclusive.
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

/** Options of a reconciler. */
interface ReconcilerOptions {
  readonly lookUp: LookUp;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** Timeout of one look-up, including its wait for other creates. */
const lookTimeoutMs = 6000;

/** Reconciles a create whose answer was lost with the upstream's list. */
export class Reconciler {
  readonly #options: ReconcilerOptions;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /**
   * Looks for the campaign at once, and again when the requests can't be processed any more.
   * @returns the campaign, or null where there certainly is none.
   * @throws OutcomeUnknown where neither is certain.
   */
  async reconcile(create: Create): Promise<Campaign | null> {
    const { now, sleep } = this.#options;
    const openMs = create.log.progress.settledByMs - now();
    let isTooLong = false;
    const found = await lookUntilKnown(openMs, sleep, async (isSettled) => {
      const campaign = await this.#look(create, isSettled, isTooLong);
      isTooLong ||= campaign === 'tooLong';
      const isProven = isSettled && !isTooLong;
      return campaign === 'tooLong' || (campaign === null && !isProven) ? undefined : campaign;
    });
    if (found === undefined) throw new OutcomeUnknown(create.draft.name);
    return found;
  }

  /**
   * Looks once.
   * @param isTooLong whether an earlier look has found that the list is: it is not read again then.
   * @returns undefined where that is inconclusive.
   */
  async #look(
    create: Create,
    isSettled: boolean,
    isTooLong: boolean,
  ): Promise<Campaign | null | 'tooLong' | undefined> {
    const { id, draft, isNameOurs, log, origin } = create;
    const { sentAtMs, settledByMs, marks, suspects } = log.progress;
    if (sentAtMs === null) return null;
    const lost = { createId: id, draft, isNameOurs, sentAtMs, settledByMs, marks, suspects };
    try {
      const { lookUp } = this.#options;
      const call = { priority: 'write', origin } as const;
      return await withTimeout(
        lookTimeoutMs,
        isTooLong ? lookUp.findByName(lost, call) : lookUp.findCampaign(lost, call, isSettled),
      );
    } catch (error) {
      // The budget says when there is a place for another look; waiting here is of no use.
      if (failedBecause(error, 'rateLimited'))
        throw new OutcomeUnknown(draft.name, error.facts.retryAfterSeconds);
      if (error instanceof ListTooLong) return 'tooLong';
      if (error instanceof Inconclusive || error instanceof GatewayError) return undefined;
      throw error;
    }
  }
}
