/** A write of a campaign that is not answered yet. */
export class WriteInFlight {
  readonly sid: string;
  #isSent = false;
  #isOverlapped = false;

  constructor(sid: string) {
    this.sid = sid;
  }

  /** Notes that the write is sent now. What was answered before is older than its effect. */
  readonly sent = (): void => {
    this.#isSent = true;
    this.#isOverlapped = false;
  };

  /** Notes that another write or a read of the campaign was answered. */
  overlap(): void {
    this.#isOverlapped = this.#isSent;
  }

  /**
   * True if another write or a read of the campaign was answered since this one was sent. Which of the two the upstream did
   * first is not known: this answer may be older.
   */
  get isOverlapped(): boolean {
    return this.#isOverlapped;
  }
}

/** The writes of this instance that are not answered yet. */
export class WritesInFlight {
  readonly #writes = new Set<WriteInFlight>();

  /** Adds a write that is about to be sent; `end` must follow. */
  begin(sid: string): WriteInFlight {
    const write = new WriteInFlight(sid);
    this.#writes.add(write);
    return write;
  }

  /** Removes a write, whatever its outcome. */
  end(write: WriteInFlight): void {
    this.#writes.delete(write);
  }

  /** Notes that a read or a write of a campaign was answered, here or at another instance. */
  answered(sid: string): void {
    for (const write of this.#writes) if (write.sid === sid) write.overlap();
  }
}
