import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type ExampleFacts, examplesFor } from './examples.js';

/** Encodings of the page, the smallest first. */
const encodings = ['br', 'gzip', 'identity'] as const;
export type Encoding = (typeof encodings)[number];

/** The encoding that the client prefers; of equal ones, the smallest (RFC 9110, 12.5.3). */
export function chooseEncoding(acceptEncoding: string | undefined): Encoding {
  const weights = new Map(acceptEncoding?.toLowerCase().split(',').map(parseWeight));
  let best: Encoding = 'identity';
  let bestWeight = 0;
  for (const encoding of encodings) {
    // `identity` is acceptable unless it is excluded, but never preferred to a named encoding.
    const weight = weights.get(encoding) ?? weights.get('*') ?? 0;
    if (weight > bestWeight) [best, bestWeight] = [encoding, weight];
  }
  return best;
}

function parseWeight(part: string): [coding: string, weight: number] {
  const [coding = '', ...parameters] = part.split(';').map((text) => text.trim());
  const weight = Number(parameters.find((text) => text.startsWith('q='))?.slice(2) ?? 1);
  return [coding, Number.isNaN(weight) ? 0 : weight];
}

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);

/** Encodes off the event loop. Brotli's quality 5 takes 0.2 seconds for a fifth of the size; 9 saves little more. */
function encode(bytes: Buffer, encoding: Encoding): Promise<Buffer> {
  switch (encoding) {
    case 'br':
      return compressBrotli(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: 5,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      });
    case 'gzip':
      return compressGzip(bytes);
    case 'identity':
      return Promise.resolve(bytes);
  }
}

/**
 * Runs before GraphiQL. GraphiQL opens the tab with the text that was edited last; without a match, for example after an
 * unchanged example was run, it adds an empty tab at every reload. The script stores the text of the active tab instead.
 */
const returningVisitorScript = `<script>
try {
  const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem('graphiql:tabState'));
  const { query, variables } = tabs[activeTabIndex];
  localStorage.setItem('graphiql:query', query ?? '');
  localStorage.setItem('graphiql:variables', variables ?? '');
} catch {
  // First visit, or storage is not available: GraphiQL starts with the examples.
}
</script>
`;

/** The code of the page that passes the header pane to the fetcher. */
const headersOption = /extensions:\{headers:(\w+)\?\.headers\}/;

/**
 * Makes the page send its header pane over WebSocket as well, as `connectionParams.headers`. GraphiQL sends headers over
 * HTTP only, so subscriptions would have no credentials. Not enumerable, so that no request body contains it.
 * @throws Error if GraphiQL's code has changed.
 */
function withHeadersOverWebSocket(html: string): string {
  if (!headersOption.test(html))
    throw new Error('GraphiQL passes its headers in a new way: adapt withHeadersOverWebSocket.');
  return html.replace(
    headersOption,
    'extensions:Object.defineProperty({headers:$1?.headers},"connectionParams",{value:{headers:$1?.headers}})',
  );
}

/** The rendered page. */
export interface GraphiqlPage {
  /** Changes when the page does. */
  readonly digest: string;
  readonly contentSecurityPolicy: string;
  /** The encoded page; each encoding is computed once. */
  encoded(encoding: Encoding): Promise<Buffer>;
}

const icon = (colour: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" fill="${colour}">` +
  '<path d="M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z"/></svg>';

const optionsFor = (facts: ExampleFacts) => ({
  title: 'campaign-gateway',
  logo: icon('currentColor'),
  favicon: `data:image/svg+xml,${encodeURIComponent(icon('#d60690'))}`,
  endpoint: '/graphql',
  // With SSE the page would send subscriptions to `endpoint` too: it ignores `subscriptionsEndpoint`.
  subscriptionsProtocol: 'WS' as const,
  // For a first visit; later ones restore the tabs of the browser.
  defaultTabs: examplesFor(facts).map(({ document, variables }) => ({
    query: document,
    ...(variables && { variables: JSON.stringify(variables, null, 2) }),
  })),
  shouldPersistHeaders: false, // credentials do not belong into local storage
});

/** Renders the page. Loads the nine megabytes of GraphiQL. */
export async function renderPage(facts: ExampleFacts): Promise<GraphiqlPage> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = withHeadersOverWebSocket(renderGraphiQL(optionsFor(facts)))
    .trimStart()
    .replace('<script>', (first) => `${returningVisitorScript}${first}`);
  const bytes = Buffer.from(html);
  const encoded = new Map<Encoding, Promise<Buffer>>();
  return {
    digest: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
    contentSecurityPolicy: contentSecurityPolicy(html),
    encoded: (encoding) => {
      const bytesOnce = encoded.get(encoding) ?? encode(bytes, encoding);
      encoded.set(encoding, bytesOnce);
      return bytesOnce;
    },
  };
}

/** Allows the page's own scripts only, and connections to this gateway only. */
function contentSecurityPolicy(html: string): string {
  const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script = '']) => script);
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}`,
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
