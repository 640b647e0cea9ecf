import { type CallOrigin, type RequestTrace } from '../../domain/request-trace.js';

/** One thing that an answer is made of. */
export interface UsedEntry {
  /**
   * For how many milliseconds it is still as good as new; undefined: it is no more, since it aged, was replaced, may
   * have been changed by a write, or is not kept.
   */
  freshForMs(): number | undefined;
  /** How much memory it takes to remember it, roughly. */
  readonly bytes: number;
}

/** What an object and its place in a list take, roughly. */
const ownBytes = 80;

/** A reading by the key that it is kept under and its number: it is not held itself, so it can be let go of. */
export class EntryReference implements UsedEntry {
  readonly #kept: EntryLifetimes;
  readonly #key: string;
  readonly #version: number;

  constructor(kept: EntryLifetimes, key: string, version: number) {
    this.#kept = kept;
    this.#key = key;
    this.#version = version;
  }

  freshForMs(): number | undefined {
    return this.#kept.freshForMs(this.#key, this.#version);
  }

  get bytes(): number {
    return ownBytes + this.#key.length;
  }
}

/** Where readings are kept. */
export interface EntryLifetimes {
  /** For how long the reading of this number is as good as new; undefined where another or none is. */
  freshForMs(key: string, version: number): number | undefined;
}

/** What one request's answer is made of. */
class UsedEntries {
  readonly #readings: UsedEntry[] = [];
  #underWay = 0;
  #isOfTheMoment = false;

  /** Something is being read: until `are` tells what came of it, nobody knows what the answer is made of. */
  begin(): void {
    this.#underWay += 1;
  }

  /** What was being read has come. */
  end(reading: UsedEntry): void {
    this.#underWay -= 1;
    this.#readings.push(reading);
  }

  /** Something else came with what is read. */
  add(reading: UsedEntry): void {
    this.#readings.push(reading);
  }

  /** The answer goes by the clock, too: in a moment it may be another one though nothing was read anew. */
  markTimeDependent(): void {
    this.#isOfTheMoment = true;
  }

  /** All that the answer is made of; undefined where that is not all, or nothing. */
  get all(): readonly UsedEntry[] | undefined {
    const isAll = this.#underWay === 0 && !this.#isOfTheMoment && this.#readings.length > 0;
    return isAll ? this.#readings : undefined;
  }
}

/** What one request cost: told to a client that asks for it. */
export class ReadReport implements CallOrigin {
  /** Requests sent to the upstream, retries included. */
  calls = 0;
  /** Reads answered from what was read before, fresh or old. */
  fromCache = 0;
  /** Reads that joined a call which another request had under way. */
  shared = 0;
  /** For how long all that was read is as good as new; Infinity where nothing was read. */
  freshForMs = Infinity;
  /** Whether numbers and texts of people were asked for. */
  hasMessages = false;
  /** What the answer is made of. */
  readonly used = new UsedEntries();
  readonly trace: RequestTrace | undefined;

  /** @param trace of the request; undefined for what nobody asked for. */
  constructor(trace?: RequestTrace) {
    this.trace = trace;
  }
}
