import { type BegunCall } from './call-log.js';
import { type RateHeaders } from './upstream-count.js';

/** The right to send one call; to be told how that ended. */
export interface Permit {
  /** Its answer, or its failure, is there. */
  answered(headers?: RateHeaders): void;
  /** It was not sent after all. */
  unused(): void;
}

/** Who gave permits, and takes them back. */
export interface PermitGiver {
  answered(call: BegunCall, headers: RateHeaders | undefined): void;
  unused(call: BegunCall): void;
}

/** The permit of a call that counts from now on. */
export class CallPermit implements Permit {
  readonly #giver: PermitGiver;
  readonly #call: BegunCall;

  constructor(giver: PermitGiver, call: BegunCall) {
    this.#giver = giver;
    this.#call = call;
  }

  answered(headers?: RateHeaders): void {
    this.#giver.answered(this.#call, headers);
  }

  unused(): void {
    this.#giver.unused(this.#call);
  }
}
