import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { encode, type Encoding } from '../http/response/compression.js';
import { type ExampleFacts, examplesFor } from './examples.js';

const decompressBrotli = promisify(brotliDecompress);
/** Takes 0.2 seconds for a fifth of the size; 9 saves little more. */
const brotliQuality = 5;

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
      const bytesOnce = encoded.get(encoding) ?? encode(bytes, encoding, brotliQuality);
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
