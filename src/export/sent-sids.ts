import { createHash } from 'node:crypto';

const firstSlots = 2 ** 12;
/** 8 MB. */
const mostSlots = 2 ** 20;
/** Share of the slots that is used: a search stays short. */
const load = 0.75;

/**
 * The sids that an export has sent, as 64-bit digests: of a million, two are the same with a probability of 1 in 40 million. It
 * holds 786,432; of a longer list, later rows are not remembered.
 */
export class SentSids {
  /** Two numbers per slot; both are zero in a free slot. */
  #slots = new Uint32Array(2 * firstSlots);
  #size = 0;

  /** Whether a sid was added. */
  has(sid: string): boolean {
    const [high, low] = digestOf(sid);
    return this.#slots[2 * this.#slotOf(high, low) + 1] !== 0;
  }

  /** @returns false if it was added before. */
  add(sid: string): boolean {
    const [high, low] = digestOf(sid);
    if (this.#size >= load * (this.#slots.length / 2)) {
      if (this.#slots.length === 2 * mostSlots) return !this.has(sid);
      this.#grow();
    }
    const isNew = this.#put(high, low);
    if (isNew) this.#size += 1;
    return isNew;
  }

  /** The slot of a digest, or the free one where it belongs. */
  #slotOf(high: number, low: number): number {
    const slots = this.#slots;
    const last = slots.length / 2 - 1;
    for (let slot = high & last; ; slot = (slot + 1) & last) {
      const found = slots[2 * slot + 1];
      if (found === 0 || (found === low && slots[2 * slot] === high)) return slot;
    }
  }

  /** @returns false if it was there. */
  #put(high: number, low: number): boolean {
    const slot = this.#slotOf(high, low);
    if (this.#slots[2 * slot + 1] !== 0) return false;
    this.#slots[2 * slot] = high;
    this.#slots[2 * slot + 1] = low;
    return true;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(2 * before.length);
    for (let at = 0; at < before.length; at += 2) {
      const low = before[at + 1] ?? 0;
      if (low !== 0) this.#put(before[at] ?? 0, low);
    }
  }
}

/** The second number is never zero. */
function digestOf(sid: string): [high: number, low: number] {
  const digest = createHash('sha1').update(sid).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4) || 1];
}
