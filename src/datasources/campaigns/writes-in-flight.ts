/** A write of a campaign whose outcome is not known yet. */
export class WriteInFlight {
  readonly sid: string;
  #isSent = false;
  #isOverlapped = false;
  #isFollowed = false;

  constructor(sid: string) {
    this.sid = sid;
  }

  /** Notes that the write is sent now. Responses received before are older than its effect. */
  sent(): void {
    this.#isSent = true;
    this.#isOverlapped = false;
  }

  /** Notes that a read of the campaign was answered. */
  read(): void {
    this.#isOverlapped = this.#isSent;
  }

  /** Notes that another write of the campaign has ended. */
  written(): void {
    this.#isOverlapped = this.#isSent;
    this.#isFollowed ||= this.#isSent;
  }

  /**
   * True if another write or a read of the campaign was answered since this one was sent. The upstream may have done either
   * first: the answer to this write may be older.
   */
  get isOverlapped(): boolean {
    return this.#isOverlapped;
  }

  /** True if another write of the campaign has ended since this one was sent first: it may have undone this one. */
  get isFollowed(): boolean {
    return this.#isFollowed;
  }
}

/** The writes of this instance whose outcomes are not known yet. */
export class WritesInFlight {
  readonly #writes = new Set<WriteInFlight>();

  /** Runs a write; it is in flight until `send` has found out its outcome. */
  async run<T>(sid: string, send: (write: WriteInFlight) => Promise<T>): Promise<T> {
    const write = new WriteInFlight(sid);
    this.#writes.add(write);
    try {
      return await send(write);
    } finally {
      this.#writes.delete(write);
    }
  }

  /** Notes that a read of a campaign was answered, here or at another instance. */
  read(sid: string): void {
    for (const write of this.#writes) if (write.sid === sid) write.read();
  }

  /** Notes that a write of a campaign has ended, here or at another instance. */
  written(sid: string, ended?: WriteInFlight): void {
    for (const write of this.#writes) if (write.sid === sid && write !== ended) write.written();
  }
}
