import { GatewayError } from '../../domain/errors.js';
import { failedBecause } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Create } from './create.js';
import { CannotTell, type LookUp } from './look-up.js';
import { type Namesakes } from './namesakes.js';
import { OutcomeUnknown } from './outcome.js';

/** What settling needs. */
export interface SettlingOptions {
  readonly lookUp: LookUp;
  readonly namesakes: Namesakes;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** How long a caller is kept waiting between looks; then it is told that the outcome is not known. */
const pausesMs = [2000, 8000] as const;
/** How long one look may take, with its wait for namesakes. */
const lookMs = 6000;

/** Finds out what came of a create whose answer was lost. */
export class Settling {
  readonly #options: SettlingOptions;

  constructor(options: SettlingOptions) {
    this.#options = options;
  }

  /**
   * Looks at once, and again when what was sent can't be taken any more.
   * @returns the campaign, or null where there certainly is none.
   * @throws OutcomeUnknown where that can't be told yet.
   */
  async settle(create: Create): Promise<Campaign | null> {
    const { now, sleep } = this.#options;
    let openMs = create.journal.progress.sealedAtMs - now();
    for (const pauseMs of [...pausesMs, null]) {
      const found = await this.#look(create);
      if (found || (found === null && openMs <= 0)) return found;
      if (pauseMs === null) break;
      const waitMs = openMs > 0 ? Math.min(openMs, pauseMs) : pauseMs;
      await sleep(waitMs);
      openMs -= waitMs;
    }
    throw new OutcomeUnknown(create.draft.name);
  }

  /** @returns undefined where a look tells nothing. */
  async #look({ id, draft, isNameOurs, journal, asker }: Create): Promise<Campaign | null | undefined> {
    const { sentAtMs, sealedAtMs } = journal.progress;
    if (sentAtMs === null) return null;
    const lost = { createId: id, draft, isNameOurs, sentAtMs, sealedAtMs };
    const look = this.#options.namesakes.looking(draft.name, () =>
      this.#options.lookUp.find(lost, { priority: 'write', asker }),
    );
    try {
      return await inTime(look);
    } catch (error) {
      // The budget says when there is a place for another look: until then waiting is of no use.
      if (failedBecause(error, 'rateLimited'))
        throw new OutcomeUnknown(draft.name, error.facts.retryAfterSeconds);
      if (error instanceof CannotTell || error instanceof GatewayError) return undefined;
      throw error;
    }
  }
}

/** What takes too long tells nothing, though it goes on. */
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
