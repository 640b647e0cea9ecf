import { type IncomingHttpHeaders } from 'node:http';
import { type FastifyReply } from 'fastify';

const json = 'application/json';
const graphqlJson = 'application/graphql-response+json';

/**
 * The `Content-Type` of an error that is sent before, or instead of, the response of an operation. Clients read the errors of a
 * response with status 401 or 503 only if it is `application/graphql-response+json`, since a proxy could have sent any other;
 * clients that do not name that type get `application/json` (GraphQL over HTTP, "Media Types").
 */
export function errorType({ accept = '' }: Pick<IncomingHttpHeaders, 'accept'>): string {
  const weights = weightsIn(accept);
  const weight = weights.get(graphqlJson) ?? 0;
  return `${weight > 0 && weight >= (weights.get(json) ?? 0) ? graphqlJson : json}; charset=utf-8`;
}

/** The weights (RFC 9110, 12.4.2) of the values in a header such as `Accept`, by value in lower case. */
export function weightsIn(header: string): ReadonlyMap<string, number> {
  return new Map(header.toLowerCase().split(',').map(parseWeight));
}

function parseWeight(part: string): [value: string, weight: number] {
  const [value = '', ...parameters] = part.split(';').map((text) => text.trim());
  const weight = Number(parameters.find((text) => text.startsWith('q='))?.slice(2) ?? 1);
  return [value, Number.isNaN(weight) ? 0 : weight];
}

/** Adds names to `Vary`. */
export function varyBy(reply: FastifyReply, ...names: readonly string[]): void {
  const known = String(reply.getHeader('vary') ?? '');
  const present = known.toLowerCase().split(/,\s*/);
  const added = names.filter((name) => !present.includes(name));
  if (added.length > 0) reply.header('vary', [known, ...added].filter(Boolean).join(', '));
}
