import { type HTTPGraphQLRequest } from '@apollo/server';

/** A request that is nothing but an operation: what most clients send. */
export interface PlainRequest {
  readonly text: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Which kinds of answer it takes, as it says; empty where it says nothing. */
  readonly accept: string;
}

/** As clients write it. What is written otherwise is for Apollo Server to read. */
const jsonTypes: ReadonlySet<string | undefined> = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
  'application/json; charset=UTF-8',
  'application/json;charset=UTF-8',
]);
const plainKeys: ReadonlySet<string> = new Set(['query', 'operationName', 'variables', 'extensions']);
/** Extensions that ask for something; others tell which library a client has. */
const askingExtensions = ['persistedQuery', 'subscription'];

/** @returns undefined for what needs a closer look: another method or type, a document by name, a wish of its own. */
export function plainRequestOf({ method, headers, body }: HTTPGraphQLRequest): PlainRequest | undefined {
  if (method !== 'POST' || !jsonTypes.has(headers.get('content-type')) || !isRecord(body)) return undefined;
  if (
    headers.has('x-upstream-report') ||
    !Object.keys(body).every((key) => plainKeys.has(key) || body[key] === undefined)
  )
    return undefined;
  const { query: text, operationName, variables, extensions } = body;
  if (typeof text !== 'string' || text === '') return undefined;
  if (operationName != null && typeof operationName !== 'string') return undefined;
  if (variables != null && !isRecord(variables)) return undefined;
  if (
    extensions != null &&
    !(isRecord(extensions) && !askingExtensions.some((name) => extensions[name] != null))
  )
    return undefined;
  return {
    text,
    operationName: operationName ?? undefined,
    variables: variables ?? {},
    accept: headers.get('accept') ?? '',
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
