/** A place for a call, as a gateway asks the book for it. */
export interface BookClaim {
  readonly id: string;
  readonly isBackground: boolean;
  /** How many calls may count, this one among them. */
  readonly share: number;
  readonly backgroundShare: number;
  /** For how long it counts while no end of it is told. */
  readonly inFlightMs: number;
  /** In which calls are counted. */
  readonly minuteMs: number;
}

/** How a call ended. */
export interface BookEnd {
  readonly id: string;
  readonly wasSent: boolean;
  readonly minuteMs: number;
  /** For so long nothing is to be sent by anybody; 0: that was not said. */
  readonly pauseMs: number;
  /** What the upstream told of its own count; empty for nothing. */
  readonly told: string;
}

/** A call that counts, in spans: clocks differ. */
export interface BookCall {
  readonly isBackground: boolean;
  readonly isInFlight: boolean;
  /** Since when. */
  readonly ageMs: number;
  /** For how long it still counts. */
  readonly leftMs: number;
}

/** What the book answers. */
export interface BookAnswer {
  readonly isGranted: boolean;
  /** After how long there will be a place, where none was granted. */
  readonly waitMs: number;
  /** For how long the upstream asked to wait; 0: not at all. */
  readonly pausedMs: number;
  /** How many gateways are there, who asks among them. */
  readonly gateways: number;
  /** What the upstream told another gateway last; empty for nothing. */
  readonly told: string;
  /** Of the other gateways. */
  readonly calls: readonly BookCall[];
}

/** That a gateway is there, for so long. */
export interface BookBeat {
  readonly ttlMs: number;
  /** All of its calls, in place of what stands there of it; undefined: that is right. */
  readonly own?: readonly (BookCall & { readonly id: string })[] | undefined;
}

/** The calls of all gateways of an account, by the clock of who keeps the book; undefined is answered by one that is gone. */
export interface CallBook {
  /** Enters a call where there is a place for it; one that stands there already is granted. */
  take(gateway: string, claim: BookClaim): Promise<BookAnswer | undefined>;
  end(gateway: string, end: BookEnd): Promise<void>;
  /** Nothing is to be sent by anybody for so long. */
  pause(gateway: string, ms: number): Promise<void>;
  beat(gateway: string, beat: BookBeat): Promise<BookAnswer | undefined>;
  /** The gateway is there no more; its calls stay. */
  leave(gateway: string): Promise<void>;
}
