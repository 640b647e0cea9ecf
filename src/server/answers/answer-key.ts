import { type FastifyRequest } from 'fastify';
import { scopes } from '../../domain/caller.js';
import { wantsFresh } from '../operation-over-http.js';

/** Nothing else is sure to be JSON to everybody who looks: what a form can send is not. */
const jsonTypes = /^application\/json(?:; ?charset="?utf-8"?)?$/i;
/** Longer ones are nobody's who wants an answer kept. */
const longestAccept = 256;

/**
 * What an answer is kept under: the request's own bytes (so the document, its variables and the operation's name), what
 * its caller may, and what media types they take. Requests that differ in a space are two.
 *
 * What was admitted once is admitted again: which documents and which sizes, is settled at the start and by the scopes.
 * @param body as it was sent; it need not be readable.
 * @returns undefined where the request is not to be answered with what was answered before.
 */
export function answerKey({ headers, method, caller }: FastifyRequest, body: Buffer): string | undefined {
  const { accept = '', 'content-type': contentType = '' } = headers;
  const isUsual = method === 'POST' && jsonTypes.test(contentType) && accept.length <= longestAccept;
  if (!isUsual || headers['x-upstream-report'] !== undefined) return undefined;
  if (headers['cache-control'] !== undefined && wantsFresh(headers)) return undefined;
  const allowed = scopes.reduce(
    (bits, scope, index) => bits | (Number(caller.scopes.has(scope)) << index),
    0,
  );
  return `${allowed} ${accept}\n${body.toString('latin1')}`; // a header has no line break, and no two bodies look alike in latin1
}
