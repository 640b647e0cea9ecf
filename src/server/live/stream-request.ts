import { type FastifyRequest } from 'fastify';
import { z } from 'zod';

const objectOrNothing = z.record(z.string(), z.unknown()).nullish();
const parameters = z
  .object({
    query: z.string().optional(),
    documentId: z.unknown().optional(),
    variables: objectOrNothing,
    extensions: objectOrNothing,
  })
  // Who names a document of the manifest sends no text.
  .refine(
    ({ query, documentId, extensions }) =>
      query !== undefined || documentId !== undefined || extensions?.['persistedQuery'] !== undefined,
    { path: ['query'] },
  );

/**
 * What is wrong with a request for an event stream, before its operation is read: the library would answer it without
 * a code, and wait for ever for a body that was read and is none.
 */
export function problemOf({ method, query, body }: FastifyRequest): string | undefined {
  const sent = method === 'GET' ? fromAddress(query as Readonly<Record<string, unknown>>) : body;
  if (sent === undefined) return 'The parameters of the address could not be read.';
  const result = parameters.safeParse(sent);
  if (result.success) return undefined;
  const [argument] = result.error.issues[0]?.path ?? [];
  if (argument === undefined) return 'The request body must be a JSON object.';
  return argument === 'query'
    ? 'The request must have a `query`, which is a text.'
    : `The \`${String(argument)}\` of the request must be a JSON object.`;
}

/** In an address, what is an object is written as JSON. */
function fromAddress({ variables, extensions, ...rest }: Readonly<Record<string, unknown>>): unknown {
  try {
    return { ...rest, variables: parsed(variables), extensions: parsed(extensions) };
  } catch {
    return undefined;
  }
}

function parsed(text: unknown): unknown {
  return typeof text === 'string' && text !== '' ? JSON.parse(text) : undefined;
}
