import { randomUUID } from 'node:crypto';
import { fieldProblems, keyProblems, newCampaignProblems } from '../../domain/rules/create.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { type CallOrigin } from '../../domain/request-trace.js';
import { type ExotelClient } from '../exotel/client.js';
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
import { OutstandingCreates, SidReservations } from './look-up/outstanding-creates.js';
import { Reconciler } from './look-up/reconciler.js';
import { outcomeOfFailure, refused } from './outcome.js';
import { CreateSender } from './create-sender.js';

/** What creating needs. */
export interface CreatesOptions {
  readonly client: ExotelClient;
  readonly state: SharedState;
  readonly accountSid: string;
  /** How long one request may take. */
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** How many rows of a list to ask for at once. */
  readonly windowRows: () => number;
  /** How many windows of the list one look may read. */
  readonly maximumWindows: number;
  readonly withCallbacks: WithCallbacks;
}

/** Every create of the process: no campaign twice (docs/writing.md). */
export class Creates {
  readonly #options: CreatesOptions;
  readonly #keyed: KeyedCreates;
  readonly #sending: CreateSender;

  constructor(options: CreatesOptions) {
    const reservations = new SidReservations(options.state);
    const outstanding = new OutstandingCreates(options.state, options.now);
    const lookUp = new LookUp({ ...options, reservations, outstanding });
    const reconciler = new Reconciler({ ...options, lookUp });
    this.#options = options;
    this.#keyed = new KeyedCreates(options);
    this.#sending = new CreateSender({ ...options, reconciler, outstanding, reservations });
  }

  /**
   * Creates a campaign, or answers the result of the same key before.
   * @param origin the request that it is for.
   */
  async create(
    draft: CampaignDraft,
    idempotencyKey: string | null,
    origin: CallOrigin,
  ): Promise<KeyedOutcome> {
    const { accountSid, now, random } = this.#options;
    const name = draft.name ?? defaultName(accountSid, now(), random);
    const problems = () => newCampaignProblems(draft, idempotencyKey, now());
    const isNameOurs = draft.name == null;
    if (idempotencyKey === null) {
      const create = {
        id: randomUUID(),
        draft: { ...draft, name },
        isNameOurs,
        log: new ProcessLog(),
        origin,
      };
      return { outcome: await this.#run(create), isReplay: false };
    }
    // Rules that are broken whatever was done before need no lease.
    const always = [...fieldProblems(draft), ...keyProblems(idempotencyKey)];
    if (always.length > 0) return { outcome: refused(...problems()), isReplay: false };
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

/** The log of a create without a key, which nobody repeats. */
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
