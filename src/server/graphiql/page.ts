import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants, gzip } from 'node:zlib';
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
const decompressBrotli = promisify(brotliDecompress);

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

/** The rendered page. */
export interface GraphiqlPage {
  /** Changes when the page does. */
  readonly digest: string;
  readonly contentSecurityPolicy: string;
  /** The encoded page; each encoding is computed once. */
  encoded(encoding: Encoding): Promise<Buffer>;
}

/** GraphiQL's page as scripts/graphiql.mjs writes it, without tabs. */
const pageFile = new URL('../../../dist/graphiql.html.br', import.meta.url);

/** Opened at a first visit; later ones restore the tabs of the browser. */
const tabsFor = (facts: ExampleFacts) =>
  examplesFor(facts).map(({ document, variables }) => ({
    query: document,
    ...(variables && { variables: JSON.stringify(variables, null, 2) }),
  }));

/** Renders the page. Loads the nine megabytes of GraphiQL. */
export async function renderPage(facts: ExampleFacts): Promise<GraphiqlPage> {
  const template = (await decompressBrotli(await readFile(pageFile))).toString();
  const tabs = JSON.stringify(tabsFor(facts));
  const html = template.replace('"{{tabs}}"', () => tabs);
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
