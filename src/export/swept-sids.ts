import { type Row, sidOf } from '../domain/lists/page.js';

/** At least so many sids are remembered, and fewer than twice as many: memory does not grow with the list. */
const minimumRemembered = 10_000;

/** The rows that a sweep has passed, numbered in the order of the sweep, by their sids. */
export class SweptSids {
  /** Rows passed so far. */
  count = 0;
  /** Rows passed so far, without those that were passed twice. */
  distinct = 0;
  /** Rows without a sid after the last row that has one. They are unreadable, and can't be remembered. */
  withoutSid = 0;
  /** Number of the last row that has a sid. */
  #lastNumber = -1;
  #recent = new Map<string, number>();
  /** The sids before the recent ones, dropped all at once: a map that loses its first entry again and again becomes slow. */
  #before: ReadonlyMap<string, number> = new Map();

  /** Number of sids that are remembered. */
  get size(): number {
    return this.#recent.size + this.#before.size;
  }

  /** The number of a row; undefined if it was not passed, or is not remembered. */
  numberOf(sid: string): number | undefined {
    return this.#recent.get(sid) ?? this.#before.get(sid);
  }

  /** How many remembered rows have a greater number. */
  countAfter(number: number): number {
    if (number === this.#lastNumber) return 0; // mostly
    let count = 0;
    for (const numbers of [this.#recent, this.#before])
      for (const other of numbers.values()) if (other > number) count += 1;
    return count;
  }

  /** Adds the next row; a sid that was passed before is at the new place. */
  add(row: Row<{ readonly sid: string }>): void {
    const sid = sidOf(row);
    if (sid === undefined || this.numberOf(sid) === undefined) this.distinct += 1;
    if (sid === undefined) this.withoutSid += 1;
    else {
      this.withoutSid = 0;
      this.#lastNumber = this.count;
      this.#recent.set(sid, this.count);
      if (this.#recent.size >= minimumRemembered) {
        this.#before = this.#recent;
        this.#recent = new Map();
      }
    }
    this.count += 1;
  }
}
