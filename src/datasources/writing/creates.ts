import { randomUUID } from 'node:crypto';
import {
  createProblems,
  fieldProblems,
  keyProblems,
  newCampaignProblems,
} from '../../domain/rules/create.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { type CallOrigin } from '../../domain/requests/request-trace.js';
import { type ExotelClient } from '../exotel/client.js';
import { type SharedClock } from '../state/shared-clock.js';
import { type SharedState } from '../state/shared-state.js';
import {
  type Create,
  type CreateLog,
  defaultName,
  digest,
  nothingSent,
  type Progress,
  type WithCallbacks,
} from './create.js';
import { KeyedCreates, type KeyedOutcome } from './keyed-creates.js';
import { LookUp } from './look-up/look-up.js';
import { OutstandingCreates } from './look-up/outstanding-creates.js';
import { SidReservations } from './look-up/sid-reservations.js';
import { Reconciler } from './look-up/reconciler.js';
import { outcomeOfFailure, refused } from './outcome.js';
import { CreateSender } from './create-sender.js';

/** Options of `Creates`. */
interface CreatesOptions {
  readonly client: ExotelClient;
  readonly state: SharedState;
  readonly accountSid: string;
  /** Timeout of one request. */
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The same, but it never goes back. */
  readonly forwardNow: () => number;
  /** Clock by which the instances note the times of creates. */
  readonly clock: SharedClock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Rows of one list window. */
  readonly windowRows: () => number;
  /** Windows of the list that one look-up may read. */
  readonly maximumWindows: number;
  readonly withCallbacks: WithCallbacks;
}

/** All creates of the process. Each makes one campaign, whatever fails in between (docs/writing.md). */
export class Creates {
  readonly #options: CreatesOptions;
  readonly #keyed: KeyedCreates;
  readonly #sending: CreateSender;

  constructor(options: CreatesOptions) {
    const { clock } = options;
    const shared = { ...options, now: clock.now };
    const reservations = new SidReservations(options.state);
    const outstanding = new OutstandingCreates(options.state, clock.now);
    const lookUp = new LookUp({ ...shared, ownNow: options.now, reservations, outstanding });
    const reconciler = new Reconciler({ ...shared, lookUp });
    this.#options = options;
    this.#keyed = new KeyedCreates(shared);
    this.#sending = new CreateSender({
      ...shared,
      problems: (draft) => createProblems(draft, options.now()),
      reconciler,
      outstanding,
      reservations,
    });
  }

  /**
   * Creates a campaign, or returns the result of an earlier create under the same key.
   * @param origin the request that it is for.
   */
  async create(
    draft: CampaignDraft,
    idempotencyKey: string | null,
    origin: CallOrigin,
  ): Promise<KeyedOutcome> {
    const { accountSid, clock, now, random } = this.#options;
    const name = draft.name ?? defaultName(accountSid, now(), random);
    const problems = () => newCampaignProblems(draft, idempotencyKey, now());
    const isNameOurs = draft.name == null;
    if (idempotencyKey === null) {
      await clock.synchronize();
      const create = {
        id: randomUUID(),
        draft: { ...draft, name },
        isNameOurs,
        log: new ProcessLog(),
        origin,
      };
      return { outcome: await this.#run(create), isReplay: false };
    }
    // A field that breaks a rule is refused without a lease, whatever the key was used for before.
    const always = [...fieldProblems(draft), ...keyProblems(idempotencyKey)];
    if (always.length > 0) return { outcome: refused(...problems()), isReplay: false };
    await clock.synchronize();
    return this.#keyed.once({
      key: idempotencyKey,
      draft,
      name,
      problems,
      run: (lease) =>
        this.#run({
          id: digest(`key ${idempotencyKey}`),
          draft: { ...draft, name: lease.name },
          isNameOurs,
          log: lease,
          origin,
        }),
    });
  }

  async #run(create: Create) {
    try {
      return await this.#sending.run(create);
    } catch (error) {
      return outcomeOfFailure(error);
    }
  }
}

/** Log of a create without a key, which can't be repeated. It lasts as long as the request. */
class ProcessLog implements CreateLog {
  progress: Progress = nothingSent;

  note(progress: Progress): Promise<void> {
    this.progress = progress;
    return Promise.resolve();
  }

  isOurs(): boolean {
    return true;
  }
}
