import { type Row, type Window } from '../../domain/page.js';
import { type FailureFacts, type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';

/**
 * The shape of what is written: it goes into the keys, so that gateways of two versions that run side by side do not
 * take each other's readings for their own. To be raised with every change to what a campaign or a message holds.
 */
export const entryFormat = 1;

/** How a kind of answer is written, and read again. */
export interface EntrySerializer<V> {
  readonly serialize: (value: V) => string;
  /** Undefined for what can't be read. */
  readonly parse: (text: string) => V | undefined;
}

/** Plain objects of texts, numbers and nulls are what JSON is for. */
export function jsonSerializer<V extends object>(): EntrySerializer<V> {
  return { serialize: (value) => JSON.stringify(value), parse: (text) => parseJson(text) as V | undefined };
}

/** A row that could not be read, as it is written. */
interface SerializedFailure {
  readonly failed: FailureReason;
  readonly facts: FailureFacts;
}

function isFailure(row: object): row is SerializedFailure {
  return 'failed' in row && !('__typename' in row);
}

/** Windows hold, beside plain rows, the reasons why others could not be read. */
export function windowSerializer<T extends object>(): EntrySerializer<Window<T>> {
  return {
    serialize: (window) =>
      JSON.stringify({
        ...window,
        rows: window.rows.map((row: Row<T>) =>
          row instanceof UpstreamFailure ? { failed: row.reason, facts: row.facts } : row,
        ),
      }),
    parse: (text) => {
      const window = parseJson(text) as
        (Window<T> & { readonly rows: readonly (T | SerializedFailure)[] }) | undefined;
      return (
        window && {
          ...window,
          rows: window.rows.map((row: T | SerializedFailure) =>
            isFailure(row) ? new UpstreamFailure(row.failed, row.facts) : row,
          ),
        }
      );
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
