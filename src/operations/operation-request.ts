import { type OperationDefinitionNode } from 'graphql';
import { type Caller } from '../domain/requests/caller.js';
import { GatewayError } from '../domain/errors.js';
import { isObject, jsonRule, parseJson } from '../domain/json.js';
import { type RequestTrace, type Transport } from '../domain/requests/request-trace.js';
import { encodingRule, isPercentEncoded } from '../domain/text.js';
import { type WriteLock } from './gate/execution-gate.js';

/** Parameters of a GraphQL request on any transport, as named by GraphQL over HTTP. */
export interface OperationParameters {
  /** The document; undefined or empty (`graphql-ws` requires the member) if the request names a document by id. */
  readonly query: string | undefined;
  /** Id of a persisted document (GraphQL over HTTP, appendix on persisted documents). */
  readonly documentId: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** An operation as it arrived on any transport. */
export interface OperationRequest {
  readonly parameters: OperationParameters;
  readonly caller: Caller;
  /** Identifies the request in logs and traces, and the transport. */
  readonly trace: RequestTrace;
  /** Scheme and host of the gateway, as the client states them; undefined if it does not. */
  readonly reachedAt?: string | undefined;
  /** The transport of a subscription's events; undefined: the request can't have any. */
  readonly eventTransport: Transport | undefined;
  /** True for a GET, which may not change anything. */
  readonly isReadOnly: boolean;
  /** `Cache-Control: no-cache`: read from the upstream, not from the cache. */
  readonly fresh: boolean;
  /** Whether the result reports its upstream calls (`extensions.upstream`). */
  readonly wantsReport: boolean;
  /** Set if a connection can have several operations at a time. */
  readonly writeLock?: WriteLock;
}

/**
 * Parameters of a request body or of a WebSocket's `subscribe` payload. Unknown members are ignored.
 * @throws GatewayError `BAD_REQUEST` that names the member with the wrong type.
 */
export function parametersIn(body: unknown): OperationParameters {
  if (Array.isArray(body))
    throw badRequest('Batches are not supported: send one operation in each request, as a JSON object.');
  if (!isObject(body)) throw badRequest('The request body must be a JSON object.');
  if (changesPrototype(body)) throw prototypeMember('The request body');
  return {
    query: textIn(body, 'query'),
    documentId: textIn(body, 'documentId') || undefined,
    operationName: textIn(body, 'operationName') || undefined, // several clients send an empty one
    variables: objectIn(body['variables'], 'variables'),
    extensions: objectIn(body['extensions'], 'extensions'),
  };
}

/**
 * Parameters of a GET request. An empty parameter counts as omitted; a repeated one is refused, since either value may be
 * meant.
 * @param search the query string, with or without its `?`.
 * @throws GatewayError `BAD_REQUEST` that names the parameter.
 */
export function parametersInSearch(search: string): OperationParameters {
  if (!isPercentEncoded(search)) throw badRequest(`The query string ${encodingRule}`);
  const given = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) {
    if (given.has(name)) throw badRequest(`The parameter ${quoted(name)} appears more than once.`);
    given.set(name, value);
  }
  const text = (name: string): string | undefined => given.get(name) || undefined;
  return {
    query: text('query'),
    documentId: text('documentId'),
    operationName: text('operationName'),
    variables: objectFromJson(text('variables'), 'variables'),
    extensions: objectFromJson(text('extensions'), 'extensions'),
  };
}

function textIn(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw badRequest(`\`${name}\` must be a string.`);
  return value;
}

function objectFromJson(text: string | undefined, name: string): Readonly<Record<string, unknown>> {
  if (text === undefined) return none;
  const value = parseJson(text);
  if (value === undefined) throw badRequest(`The parameter "${name}" ${jsonRule}`);
  return objectIn(value, name, `The parameter "${name}"`);
}

/** @param place names the member in an error. */
function objectIn(value: unknown, name: string, place = `\`${name}\``): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return none;
  if (!isObject(value)) throw badRequest(`${place} must be a JSON object.`);
  checkMembers(value, `\`${name}\``);
  return value;
}

/**
 * Refuses members that would change the prototype of a copy of the object. No input type has such members, but libraries
 * may copy the object.
 */
function checkMembers(root: object, what: string): void {
  const open: object[] = [root];
  for (let one = open.pop(); one; one = open.pop()) {
    if (changesPrototype(one)) throw prototypeMember(what);
    for (const value of Object.values(one) as unknown[])
      if (typeof value === 'object' && value !== null) open.push(value);
  }
}

function changesPrototype(one: object): boolean {
  if (Object.hasOwn(one, '__proto__')) return true;
  if (!Object.hasOwn(one, 'constructor')) return false;
  const { constructor } = one as { readonly constructor: unknown };
  return typeof constructor === 'object' && constructor !== null && Object.hasOwn(constructor, 'prototype');
}

function prototypeMember(what: string): GatewayError {
  return badRequest(`${what} must not have a member named "__proto__", or "prototype" in "constructor".`);
}

const none: Readonly<Record<string, unknown>> = Object.freeze({});

/** Longer parameter names are cut in messages. */
const longestName = 50;

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, longestName));
}

function badRequest(message: string): GatewayError {
  return new GatewayError('BAD_REQUEST', message);
}

/** The variables that an operation declares: a subscription would keep any others in memory. */
export function declaredVariables(
  { variableDefinitions }: OperationDefinitionNode,
  variables: OperationParameters['variables'],
): OperationParameters['variables'] {
  const names = (variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(variables, name)).map((name) => [name, variables[name]]),
  );
}
