import { type GraphQLFormattedError } from 'graphql';
import { type ReadReport } from '../datasources/cache/read-report.js';
import { type ErrorCode } from '../domain/errors.js';

/** What every transport writes to its client: the members of a GraphQL response. */
export interface ResultBody {
  /** Absent where the operation was refused before it was executed. */
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** What came of an operation, or of one event of a subscription. */
export interface OperationResult {
  readonly body: ResultBody;
  /** The HTTP status, where the transport is HTTP. */
  readonly status: number;
  /** HTTP headers: `cache-control`, `retry-after`, `allow`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The events of a subscription, already formatted. `return` leaves the subscription, also while an event is awaited. */
export type ResultStream = Required<AsyncIterableIterator<ResultBody>>;

const badRequest = 400;
/** The HTTP status of a refusal; every other code is the client's mistake. */
const statusOf: Readonly<Partial<Record<ErrorCode, number>>> = {
  TOO_MANY_REQUESTS: 429,
  INTERNAL_SERVER_ERROR: 500,
  OVERLOADED: 503,
  SHUTTING_DOWN: 503,
  OPERATION_TIMEOUT: 504,
};

/**
 * The result of an operation that was refused before it was executed: errors, and no `data`.
 * @param headers beside `cache-control` and `retry-after`.
 */
export function refusedWith(
  errors: readonly GraphQLFormattedError[],
  { status, headers }: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): OperationResult {
  const { code, retryAfter } = errors[0]?.extensions ?? {};
  return {
    body: { errors },
    status: status ?? statusOf[code as ErrorCode] ?? badRequest,
    headers: {
      'cache-control': 'no-store',
      ...(typeof retryAfter === 'number' && { 'retry-after': String(retryAfter) }),
      ...headers,
    },
  };
}

/** Whether a result has anything but nulls. */
export function hasData(data: unknown): boolean {
  return Object.values((data ?? {}) as Readonly<Record<string, unknown>>).some((value) => value !== null);
}

/** The codes of errors as clients see them. */
export function codesOf(errors: readonly GraphQLFormattedError[] | undefined): string[] {
  return (errors ?? []).map(({ extensions }) => {
    const code = extensions?.['code'];
    return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
  });
}

const secondMs = 1000;

/** Errors are not answers, and messages are people's numbers and texts: neither is stored anywhere. */
export const noStore = 'no-store';

/**
 * The `Cache-Control` of a query's result without errors. A router, CDN or browser may keep it for as long as the
 * gateway's own cache would, and no longer.
 * @param isPrivate whether results depend on the caller.
 * @returns undefined where the result depends on nothing that was read.
 */
export function cacheControlOf(
  { freshForMs, hasMessages }: Pick<ReadReport, 'freshForMs' | 'hasMessages'>,
  isPrivate: boolean,
): string | undefined {
  const seconds = Math.floor(freshForMs / secondMs);
  if (hasMessages || seconds < 1) return noStore;
  return freshForMs === Infinity ? undefined : `max-age=${seconds}, ${isPrivate ? 'private' : 'public'}`;
}
