import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

/** A received span. */
export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 2: a server; 3: a client. */
  readonly kind: number;
  readonly traceState?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 2: an error. */
  readonly status: { readonly code?: number };
}

/** A collector of OTLP over HTTP, as JSON. */
export interface Collector {
  readonly endpoint: string;
  /** Everything received, as text. */
  readonly bodies: string[];
  readonly spans: () => SentSpan[];
  /** Attributes of the resource of the first spans. */
  readonly resource: () => Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: RawSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly RawSpan[] }[];
  }[];
}
type RawSpan = Omit<SentSpan, 'attributes'> & {
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
};

/**
 * Starts a collector on a free port.
 * @param answer status of its responses; `hangs`: it accepts requests but never responds.
 */
export async function startCollector(answer: number | 'hangs' = 200): Promise<Collector> {
  const bodies: string[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString('utf8'));
      if (answer === 'hangs') return;
      response.writeHead(answer, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.keepAliveTimeout = 60_000; // longer than the idle timeout of any client
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    spans: () =>
      bodies
        .flatMap((body) => (JSON.parse(body) as Sent).resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
        .map((span) => ({ ...span, attributes: plain(span.attributes) })),
    resource: () => plain((JSON.parse(bodies[0] ?? '') as Sent).resourceSpans[0]?.resource.attributes ?? []),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function plain(attributes: RawSpan['attributes']): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
