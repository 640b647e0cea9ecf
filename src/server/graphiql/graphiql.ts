import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { encapsulated } from '../encapsulated.js';
import { type ExampleFacts } from './examples.js';
import { encodingFor } from '../http/response/compression.js';
import { type GraphiqlPage, renderPage } from './page.js';

/**
 * Serves GraphiQL at `/`. The page is rendered at the first request and cached, so that a gateway that only serves programs
 * never loads the nine megabytes of the editor.
 */
export async function serveGraphiql(app: FastifyInstance, facts: ExampleFacts): Promise<void> {
  let page: Promise<GraphiqlPage> | undefined;
  await encapsulated(app, 'graphiql', (scope) => {
    scope.get('/', async (request, reply) => answer(request, reply, await (page ??= renderPage(facts))));
  });
}

async function answer(request: FastifyRequest, reply: FastifyReply, page: GraphiqlPage) {
  const encoding = encodingFor(request.headers['accept-encoding'], Infinity);
  const etag = `"${page.digest}-${encoding}"`;
  reply.headers({
    'content-security-policy': page.contentSecurityPolicy, // replaces that of other responses
    'cache-control': 'no-cache', // revalidate each time: the next version has another page
    vary: 'accept-encoding',
    etag,
  });
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send();
  if (encoding !== 'identity') reply.header('content-encoding', encoding);
  return reply.type('text/html; charset=utf-8').send(await page.encoded(encoding));
}

/** True if the client has this representation (weak comparison, RFC 9110, 13.1.2). */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return (
    ifNoneMatch.trim() === '*' || ifNoneMatch.match(/"[^"]*"/g)?.some((known) => known === etag) === true
  );
}
