import { type IncomingHttpHeaders } from 'node:http';
import { type FastifyReply } from 'fastify';
import { LRUCache } from 'lru-cache';

const json = 'application/json';
const graphqlJson = 'application/graphql-response+json';
const eventStream = 'text/event-stream';
const multipart = 'multipart/mixed';

/** The media types of `/graphql`, as an `Accept` header names them. */
export const acceptableTypes = `${json}, ${graphqlJson}, ${eventStream} or ${multipart};subscriptionSpec=1.0`;

/** An element of an `Accept` header (RFC 9110, 12.5.1), in lower case. */
interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** From 0, not acceptable, to 1. */
  readonly weight: number;
}

/** Separators in a quoted string separate nothing. */
const [listElements, parts] = [/(?:"[^"]*"?|[^",])+/g, /(?:"[^"]*"?|[^";])+/g];

function rangesIn(accept: string): readonly MediaRange[] {
  const elements = accept.toLowerCase().match(listElements) ?? [];
  return elements.map((element) => {
    const [type = '', ...pairs] = element.match(parts) ?? [];
    const parameters = new Map(pairs.map(parameterIn));
    const weight = Number(parameters.get('q') ?? 1);
    return { type: type.trim(), parameters, weight: Number.isNaN(weight) ? 0 : weight };
  });
}

function parameterIn(pair: string): [name: string, value: string] {
  const [name = '', ...value] = pair.split('=');
  return [name.trim(), value.join('=').trim().replace(/^"|"$/g, '')];
}

/**
 * The `Content-Type` of an error that is sent before, or instead of, the response of an operation. Clients read the errors of a
 * response with status 401 or 503 only if it is `application/graphql-response+json`, since a proxy could have sent any other;
 * clients that do not name that type get `application/json` (GraphQL over HTTP, "Media Types").
 */
export function errorType({ accept = '' }: Pick<IncomingHttpHeaders, 'accept'>): string {
  const ranges = rangesIn(accept);
  const weightOf = (name: string): number => ranges.findLast(({ type }) => type === name)?.weight ?? 0;
  const weight = weightOf(graphqlJson);
  return `${weight > 0 && weight >= weightOf(json) ? graphqlJson : json}; charset=utf-8`;
}

/** Format of a stream of results in one HTTP response. */
export type StreamFormat = 'sse' | 'multipart';

/** What an `Accept` header says about the responses of `/graphql`. */
interface AcceptedTypes {
  /** The stream that the client ranks highest, of two with the same weight the first; undefined: it accepts none. */
  readonly stream: StreamFormat | undefined;
  /** Whether the client accepts JSON too: for single results and refusals, which then have an HTTP status. */
  readonly isJsonAccepted: boolean;
}

/** Ranges that include a type, the most specific first (RFC 9110, 12.5.1). */
const includingJson = [json, 'application/*', '*/*'];
const includingGraphqlJson = [graphqlJson, 'application/*', '*/*'];
const includingEvents = [eventStream, 'text/*', '*/*'];

/** Whether a client accepts an event stream, for an address that serves nothing else. Without a header it does not, as in graphql-sse. */
export function acceptsEvents({ accept = '' }: Pick<IncomingHttpHeaders, 'accept'>): boolean {
  const ranges = rangesIn(accept);
  const found = includingEvents.map((type) => ranges.find((range) => range.type === type));
  return (found.find(Boolean)?.weight ?? 0) > 0;
}

/** Bounds of the cache of read headers; clients send a few different ones. */
const [maximumAccepts, longestAccept] = [100, 200];
const read = new LRUCache<string, AcceptedTypes>({ max: maximumAccepts });

/** Reads the `Accept` header of a request to `/graphql`. Without one, only JSON is accepted. */
export function acceptedTypes({ accept = '*/*' }: Pick<IncomingHttpHeaders, 'accept'>): AcceptedTypes {
  const known = read.get(accept);
  if (known) return known;
  const types = typesIn(rangesIn(accept));
  if (accept.length <= longestAccept) read.set(accept, types);
  return types;
}

function typesIn(ranges: readonly MediaRange[]): AcceptedTypes {
  const find = (type: string): MediaRange | undefined => ranges.find((range) => range.type === type);
  const first = (...pair: readonly (MediaRange | undefined)[]): MediaRange | undefined => {
    const [one, other] = pair.map((range) => (range && range.weight > 0 ? range : undefined));
    if (!one || !other) return one ?? other;
    if (one.weight !== other.weight) return one.weight > other.weight ? one : other;
    return ranges.indexOf(one) <= ranges.indexOf(other) ? one : other;
  };
  const events = find(eventStream); // no wildcard: a client that names no stream would wait for its end
  const stream = first(events, ranges.find(isSubscriptionMultipart));
  const plain = [includingJson, includingGraphqlJson].map((types) => types.map(find).find(Boolean));
  return {
    stream: stream && (stream === events ? 'sse' : 'multipart'),
    isJsonAccepted: first(...plain) !== undefined,
  };
}

/** The parameter names the protocol: without it, a client may expect the parts of `@defer`. */
function isSubscriptionMultipart({ type, parameters }: MediaRange): boolean {
  return type === multipart && parameters.get('subscriptionspec') === '1.0';
}

/** Adds names to `Vary`. */
export function varyBy(reply: FastifyReply, ...names: readonly string[]): void {
  const known = String(reply.getHeader('vary') ?? '');
  const present = known.toLowerCase().split(/,\s*/);
  const added = names.filter((name) => !present.includes(name));
  if (added.length > 0) reply.header('vary', [known, ...added].filter(Boolean).join(', '));
}
