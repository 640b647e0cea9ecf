import { type GraphQLFormattedError } from 'graphql';
import { type ErrorCode } from '../domain/errors.js';

/** The members of a GraphQL response, as every transport writes them. */
export interface ResultBody {
  /** Absent if the operation was refused before execution. */
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The result of an operation. */
export interface OperationResult {
  readonly body: ResultBody;
  /** HTTP status. */
  readonly status: number;
  /** HTTP headers: `cache-control`, `cache-tag`, `retry-after`, `allow`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The formatted events of a subscription. `return` ends the subscription, also while an event is awaited. */
export type ResultStream = Required<AsyncIterableIterator<ResultBody>>;

const badRequest = 400;
/** HTTP statuses of refusals; 400 for every other code, which is a mistake of the client. */
const statusOf: Readonly<Partial<Record<ErrorCode, number>>> = {
  UNAUTHENTICATED: 401, // credentials that end while the operation begins
  TOO_MANY_REQUESTS: 429,
  UPSTREAM_RATE_LIMITED: 429,
  INTERNAL_SERVER_ERROR: 500,
  AUTHENTICATION_UNAVAILABLE: 503,
  OVERLOADED: 503,
  SHUTTING_DOWN: 503,
  UPSTREAM_UNAUTHORIZED: 503,
  UPSTREAM_FORBIDDEN: 503,
  UPSTREAM_UNAVAILABLE: 503,
  UPSTREAM_TIMEOUT: 503,
  UPSTREAM_INVALID_RESPONSE: 503,
  OPERATION_TIMEOUT: 504,
};

/** The HTTP status of a refusal, by its code. */
export function refusalStatus(code: unknown): number {
  return statusOf[code as ErrorCode] ?? badRequest;
}

/**
 * The result of an operation that was refused before execution: errors, and no `data`.
 * @param headers in addition to `cache-control` and `retry-after`.
 */
export function refusedWith(
  errors: readonly GraphQLFormattedError[],
  { status, headers }: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): OperationResult {
  const { code, retryAfter } = errors[0]?.extensions ?? {};
  return {
    body: { errors },
    status: status ?? refusalStatus(code),
    headers: {
      'cache-control': 'no-store',
      ...(typeof retryAfter === 'number' && { 'retry-after': String(retryAfter) }),
      ...headers,
    },
  };
}

/** Whether a result has a value that is not null. */
export function hasData(data: unknown): boolean {
  return Object.values((data ?? {}) as Readonly<Record<string, unknown>>).some((value) => value !== null);
}

/** The codes of formatted errors. */
export function codesOf(errors: readonly GraphQLFormattedError[] | undefined): string[] {
  return (errors ?? []).map(({ extensions }) => {
    const code = extensions?.['code'];
    return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
  });
}
