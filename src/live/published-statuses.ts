import { type SharedBus } from '../datasources/state/shared-bus.js';
import { type SharedState } from '../datasources/state/shared-state.js';
import { historyWith, type StatusHistory } from '../domain/campaigns/message.js';
import { withTimeoutAfterStall } from '../domain/timeout.js';
import { type MessageStatusEvent } from '../schema/message.js';

/** Options of `PublishedStatuses`. */
interface PublishedStatusesOptions {
  readonly bus: Pick<SharedBus, 'isConnected'>;
  readonly state: SharedState;
  /** Epoch milliseconds, by the clock that the instances agree on. */
  readonly sharedNow: () => number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A record in the shared state. */
interface PublishedStatus {
  /** Time of the first publication; epoch milliseconds of the shared clock. */
  readonly atMs: number;
  readonly history: StatusHistory;
}

/** The upstream repeats a callback "within about 45 minutes". */
const ttlMs = 3_600_000;
/** Records that a process may create in that time, of some 200 bytes each. */
const maximumRecords = 100_000;
/** Greatest difference between two instances' shared clocks. Within it, a status may be published twice, but is never missed. */
const clockErrorMs = 100;
/** Longest wait for the shared state: publishing a status twice is better than publishing it late. */
const readTimeoutMs = 500;
/** Exchanges with the shared state at a time; beyond them it is ignored. */
const maximumExchanges = 1000;

/**
 * What any instance has published of each message, in the shared state. An instance that has just started learns from it what its
 * subscribers, who were connected to another one, have had. Instances that run know it from the callbacks that they forward to
 * each other, and do not wait for the shared state.
 */
export class PublishedStatuses {
  readonly #options: PublishedStatusesOptions;
  #exchanges = 0;
  #records = 0;
  #recordsSinceMs = -Infinity;

  constructor(options: PublishedStatusesOptions) {
    this.#options = options;
  }

  /**
   * The history of a message that was published before this instance watched its campaign. Newer records do not count: all
   * instances publish them, from the same callback.
   * @returns undefined if there can be none.
   */
  before(key: string, watchedSinceMs: number): Promise<StatusHistory | undefined> | undefined {
    const { state, now, sharedNow } = this.#options;
    const watchedForMs = now() - watchedSinceMs;
    if (watchedForMs > ttlMs || !this.#mayExchange) return undefined;
    const sinceMs = sharedNow() - watchedForMs - clockErrorMs;
    const found = this.#exchange(async () => parse(await state.read(keyOf(key))));
    return withTimeoutAfterStall(readTimeoutMs, found).then((record) =>
      record && record.atMs < sinceMs ? record.history : undefined,
    );
  }

  /** Records a status that was published, and with it the message's history. */
  record(key: string, history: StatusHistory, event: MessageStatusEvent): void {
    if (!this.#mayExchange || !this.#hasRoom()) return;
    const { state, sharedNow } = this.#options;
    const atMs = Math.floor(sharedNow());
    void this.#exchange(async () => {
      if (await state.insert(keyOf(key), serialize({ atMs, history }), ttlMs)) {
        this.#records += 1;
        return;
      }
      const text = await state.read(keyOf(key));
      const before = parse(text);
      const merged = historyWith(before?.history, event.status, event.upstreamStatus);
      // Another instance has recorded the same: the time of the first one counts.
      if (text === null || merged === undefined) return;
      await state.swap(keyOf(key), text, serialize({ atMs, history: merged }), ttlMs);
    });
  }

  get #mayExchange(): boolean {
    return this.#options.bus.isConnected && this.#exchanges < maximumExchanges;
  }

  #hasRoom(): boolean {
    const nowMs = this.#options.now();
    if (nowMs - this.#recordsSinceMs > ttlMs) [this.#records, this.#recordsSinceMs] = [0, nowMs];
    return this.#records < maximumRecords;
  }

  /** @returns undefined if the shared state can't be reached. */
  async #exchange<T>(run: () => Promise<T>): Promise<T | undefined> {
    this.#exchanges += 1;
    try {
      return await run();
    } catch {
      return undefined; // the connection has reported it
    } finally {
      this.#exchanges -= 1;
    }
  }
}

function keyOf(message: string): string {
  return `live:message:${message}`;
}

function serialize({ atMs, history }: PublishedStatus): string {
  return `${atMs} ${history}`;
}

function parse(text: string | null): PublishedStatus | undefined {
  const [, time, history] = /^(\d+) (.*)$/.exec(text ?? '') ?? [];
  return time === undefined || history === undefined ? undefined : { atMs: Number(time), history };
}
