import { type RequestTrace } from '../../domain/requests/request-trace.js';
import { type AuditLine, type Telemetry } from '../../domain/telemetry.js';

/** Caller, action and campaign of an audit line. */
type AuditHead = Pick<AuditLine, 'who' | 'what' | 'sid'>;
/** Outcome of a write, with the sid if it was not known before. */
export type AuditEnding = Omit<AuditLine, keyof AuditHead> & { readonly sid?: string };

/** Writes that have no audit line yet. A write that the end of the process cuts off gets one, since it may have been done. */
export class OpenWrites {
  readonly #telemetry: Pick<Telemetry, 'campaignWritten'>;
  readonly #open = new Map<symbol, () => void>();

  constructor(telemetry: Pick<Telemetry, 'campaignWritten'>) {
    this.#telemetry = telemetry;
  }

  /** Begins a write. @returns a function that ends it with its audit line; without effect after `close`. */
  begin(head: AuditHead, trace: RequestTrace | undefined): (ending: AuditEnding) => void {
    const key = Symbol(head.what);
    const end = (ending: AuditEnding): void => {
      if (this.#open.delete(key)) this.#telemetry.campaignWritten({ ...head, ...ending }, trace);
    };
    this.#open.set(key, () => {
      end({ outcome: 'unknown', codes: ['OUTCOME_UNKNOWN'], upstreamRequestId: null });
    });
    return end;
  }

  /** Ends all open writes with the outcome `unknown`: this process will not learn the real one. */
  close(): void {
    for (const cutOff of [...this.#open.values()]) cutOff();
  }
}
