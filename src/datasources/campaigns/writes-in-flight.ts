/** A write of a campaign that was sent and not answered. */
export interface WriteInFlight {
  readonly sid: string;
  /** Version of its beginning. */
  readonly version: number;
  /** True once another write was answered, or a later read: the answer may be older than what they show. */
  isOverlapped: boolean;
}

/** The writes of this instance that are not answered yet. */
export class WritesInFlight {
  readonly #writes = new Set<WriteInFlight>();

  /** Adds a write that is about to be sent; `end` must follow. */
  begin(sid: string, version: number): WriteInFlight {
    const write = { sid, version, isOverlapped: false };
    this.#writes.add(write);
    return write;
  }

  /** Removes a write, whatever its outcome. */
  end(write: WriteInFlight): void {
    this.#writes.delete(write);
  }

  /** Notes that another write of a campaign was answered. */
  written(sid: string): void {
    this.#overlap((write) => write.sid === sid);
  }

  /** Notes that a read has shown a campaign. One that began after a write, and was answered before it, may show a later state. */
  read(sid: string, version: number): void {
    this.#overlap((write) => write.sid === sid && write.version < version);
  }

  #overlap(isOverlapped: (write: WriteInFlight) => boolean): void {
    for (const write of this.#writes) write.isOverlapped ||= isOverlapped(write);
  }
}
