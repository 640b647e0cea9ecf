import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { examples } from './examples.js';

/** How the page can travel, the best first. */
const encodings = ['br', 'gzip', 'identity'] as const;
export type Encoding = (typeof encodings)[number];

/** The encoding that the client likes best, and of those the smallest (RFC 9110, 12.5.3). */
export function chooseEncoding(acceptEncoding: string | undefined): Encoding {
  const weights = new Map(acceptEncoding?.toLowerCase().split(',').map(parseWeight));
  let best: Encoding = 'identity';
  let bestWeight = 0;
  for (const encoding of encodings) {
    // Plain is taken by everyone who does not refuse it, but by nobody before what was asked for.
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

/** Encodes off the event loop. Brotli's quality 5 is a fifth of the size in a fifth of a second; 9 saves little more. */
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
 * Runs before GraphiQL does. It opens the tab whose text is the last one *edited*, and where none matches, as when an
 * example was run just as it was, it adds an empty tab at every reload. So tell it the tab that was open.
 */
const returningVisitorScript = `<script>
try {
  const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem('graphiql:tabState'));
  const { query, variables } = tabs[activeTabIndex];
  localStorage.setItem('graphiql:query', query ?? '');
  localStorage.setItem('graphiql:variables', variables ?? '');
} catch {
  // Nobody was here before, or nothing may be stored: GraphiQL begins with the examples.
}
</script>
`;

/** Where the page hands the headers of its pane to whatever sends an operation. */
const handedOver = /extensions:\{headers:(\w+)\?\.headers\}/;

/**
 * Lets the page send what stands in its header pane over WebSocket as well, as `connectionParams.headers`: as it comes,
 * it sends headers over HTTP only, and a subscription would show nobody. Not enumerable, so that no body has it.
 * @throws Error where the page is another than the one that this was written for.
 */
function withHeadersOverWebSocket(html: string): string {
  if (!handedOver.test(html)) throw new Error('GraphiQL hands over its headers in another way than it did.');
  return html.replace(
    handedOver,
    'extensions:Object.defineProperty({headers:$1?.headers},"connectionParams",{value:{headers:$1?.headers}})',
  );
}

/** The page, ready to be sent. */
export interface GraphiqlPage {
  /** Changes when the page does. */
  readonly digest: string;
  readonly contentSecurityPolicy: string;
  /** Encoded once, at the first request for it. */
  encoded(encoding: Encoding): Promise<Buffer>;
}

const drawing = (colour: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" fill="${colour}">` +
  '<path d="M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z"/></svg>';

const options = {
  title: 'campaign-gateway',
  logo: drawing('currentColor'),
  favicon: `data:image/svg+xml,${encodeURIComponent(drawing('#d60690'))}`,
  endpoint: '/graphql',
  // At the same address. With SSE the page would ask `endpoint` for events too, whatever `subscriptionsEndpoint` says.
  subscriptionsProtocol: 'WS' as const,
  // Whoever comes back finds the tabs as they were left: these are for an empty browser only.
  defaultTabs: examples.map(({ document, variables }) => ({
    query: document,
    ...(variables && { variables: JSON.stringify(variables, null, 2) }),
  })),
  shouldPersistHeaders: false, // they hold credentials, and local storage is no place for those
};

/** Makes the page; the nine megabytes of GraphiQL are loaded here and not before. */
export async function renderPage(): Promise<GraphiqlPage> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = withHeadersOverWebSocket(renderGraphiQL(options))
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

/** Runs the page's own scripts and no other, and talks to this gateway and nobody else. */
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
    'worker-src blob:', // the editor's language services, made from the page itself
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
