/** One request the sandbox has received. */
export interface RecordedCall {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** When it arrived, by the sandbox's clock. */
  readonly at: number;
  /** The HTTP status answered; 0 while there is none, and for good after a reset or a hang. */
  status: number;
  /** The request's JSON, or its text where it is none; undefined without a body. */
  readonly body: unknown;
}

const MOST_CALLS = 10_000;

/** Keeps the newest calls, in the order they arrived. */
export class CallLog {
  readonly calls: RecordedCall[] = [];
  #received = 0;

  /** Records a call; `index` counts from 0 and never stops. */
  record(call: RecordedCall): { call: RecordedCall; index: number } {
    this.calls.push(call);
    if (this.calls.length > MOST_CALLS) this.calls.shift();
    this.#received += 1;
    return { call, index: this.#received - 1 };
  }
}

/** A request's body for the log. */
export function loggedBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
