import { type Row, type Window } from '../../domain/page.js';
import { type FailureFacts, type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';

/**
 * Version of the serialized form. It is part of the keys of the shared tier, so that gateways of two releases that run
 * side by side do not read each other's entries. Raise it with every change of the fields of a campaign or a message.
 */
export const entryFormat = 1;

/** Writes values of one kind as text, and reads them back. */
export interface EntrySerializer<V> {
  readonly serialize: (value: V) => string;
  /** @returns undefined for text that is not a value of this kind. */
  readonly parse: (text: string) => V | undefined;
}

/** Serializer of plain objects of strings, numbers and nulls. */
export function jsonSerializer<V extends object>(): EntrySerializer<V> {
  return { serialize: (value) => JSON.stringify(value), parse: (text) => parseJson(text) as V | undefined };
}

/** Serialized form of a row that could not be read. */
interface SerializedFailure {
  readonly failed: FailureReason;
  readonly facts: FailureFacts;
}

function isFailure(row: object): row is SerializedFailure {
  return 'failed' in row && !('__typename' in row);
}

/** Serializer of windows, whose rows are plain objects or the failures of rows that could not be read. */
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
