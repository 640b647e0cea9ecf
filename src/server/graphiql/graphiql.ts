import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { encapsulated } from '../encapsulated.js';
import { encode, encodingFor, type Encoding } from '../http/response/compression.js';
import { type ExampleFacts, examplesFor } from './examples.js';

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
  const bytes = await page.encoded(encoding);
  // In pieces, as the client reads them: several whole pages would be more than clients may leave unread together.
  reply.header('content-length', bytes.length).type('text/html; charset=utf-8');
  return reply.send(Readable.from(piecesOf(bytes)));
}

const pieceBytes = 64 * 1024;

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
}

/** True if the client has this representation (weak comparison, RFC 9110, 13.1.2). */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return (
    ifNoneMatch.trim() === '*' || ifNoneMatch.match(/"[^"]*"/g)?.some((known) => known === etag) === true
  );
}

const decompressBrotli = promisify(brotliDecompress);
/** Takes 0.2 seconds for a fifth of the size; 9 saves little more. */
const brotliQuality = 5;

/** The rendered page. */
interface GraphiqlPage {
  /** Changes when the page does. */
  readonly digest: string;
  readonly contentSecurityPolicy: string;
  /** The encoded page; each encoding is computed once. */
  encoded(encoding: Encoding): Promise<Buffer>;
}

/** GraphiQL's page as scripts/graphiql.mjs writes it, without tabs, and what is known of it. */
const [pageFile, factsFile] = ['graphiql.html.br', 'graphiql.json'].map(
  (name) => new URL(`../../../dist/${name}`, import.meta.url),
) as [URL, URL];
const tabsPlace = '"{{tabs}}"';
const [opening, closing] = ['<script>', '</script>'];

/** Facts of the page without tabs. */
interface PageFacts {
  readonly digest: string;
  /** Sources of its scripts for the Content-Security-Policy; that of the script with the tabs is not among them. */
  readonly scripts: readonly string[];
}

/** Opened at a first visit; later ones restore the tabs of the browser. */
const tabsFor = (facts: ExampleFacts) =>
  examplesFor(facts).map(({ document, variables }) => ({
    query: document,
    ...(variables && { variables: JSON.stringify(variables, null, 2) }),
  }));

/**
 * Renders the page. Loads the nine megabytes of GraphiQL, of which only the script with the tabs is hashed here, and nothing is
 * searched by regular expressions: they would block the event loop.
 */
async function renderPage(facts: ExampleFacts): Promise<GraphiqlPage> {
  const template = await decompressBrotli(await readFile(pageFile));
  const { digest, scripts } = JSON.parse(await readFile(factsFile, 'utf8')) as PageFacts;
  const tabs = JSON.stringify(tabsFor(facts));
  const at = template.lastIndexOf(tabsPlace);
  const bytes = Buffer.concat([
    template.subarray(0, at),
    Buffer.from(tabs),
    template.subarray(at + tabsPlace.length),
  ]);
  const begin = bytes.indexOf(opening, bytes.lastIndexOf(closing, at)) + opening.length;
  const script = bytes.subarray(begin, bytes.indexOf(closing, at));
  const encoded = new Map<Encoding, Promise<Buffer>>();
  return {
    digest: createHash('sha256').update(digest).update(tabs).digest('base64url').slice(0, 22),
    contentSecurityPolicy: contentSecurityPolicy([...scripts, sourceOf(script)]),
    encoded: (encoding) => {
      const bytesOnce = encoded.get(encoding) ?? encode(bytes, encoding, brotliQuality);
      encoded.set(encoding, bytesOnce);
      return bytesOnce;
    },
  };
}

/** A script as a source of the Content-Security-Policy. */
function sourceOf(script: Buffer): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}

/** Allows the page's own scripts only, and connections to this gateway only. */
function contentSecurityPolicy(scripts: readonly string[]): string {
  return [
    "default-src 'none'",
    `script-src ${scripts.join(' ')}`,
    "style-src 'unsafe-inline'", // the editor places its text by style attributes
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'", // WebSockets to the same host included
    'worker-src blob:', // the editor's language services, created by the page
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
