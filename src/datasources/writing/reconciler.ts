import { GatewayError } from '../../domain/errors.js';
import { failedBecause } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Create } from './create.js';
import { CannotTell, type LookUp } from './look-up.js';
import { looks } from './looks.js';
import { OutcomeUnknown } from './outcome.js';

/** What the reconciler needs. */
export interface ReconcilerOptions {
  readonly lookUp: LookUp;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** How long one look may take, with its wait for other creates. */
const lookMs = 6000;

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
    const found = await looks(openMs, sleep, async (isSettled) => {
      const campaign = await this.#look(create, isSettled);
      return campaign === null && !isSettled ? undefined : campaign;
    });
    if (found === undefined) throw new OutcomeUnknown(create.draft.name);
    return found;
  }

  /** @returns undefined for a look that tells nothing. */
  async #look(create: Create, isSettled: boolean): Promise<Campaign | null | undefined> {
    const { id, draft, isNameOurs, log, asker } = create;
    const { sentAtMs, settledByMs, marks } = log.progress;
    if (sentAtMs === null) return null;
    const lost = { createId: id, draft, isNameOurs, sentAtMs, settledByMs, marks };
    try {
      return await inTime(this.#options.lookUp.find(lost, { priority: 'write', asker }, isSettled));
    } catch (error) {
      // The budget says when there is a place for another look; waiting here is of no use.
      if (failedBecause(error, 'rateLimited'))
        throw new OutcomeUnknown(draft.name, error.facts.retryAfterSeconds);
      if (error instanceof CannotTell || error instanceof GatewayError) return undefined;
      throw error;
    }
  }
}

/** A look that takes too long tells nothing, though it goes on. */
async function inTime<T>(look: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, lookMs, undefined);
  });
  return Promise.race([look, late]).finally(() => {
    clearTimeout(timer);
    look.catch(() => undefined);
  });
}
