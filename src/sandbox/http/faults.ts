import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { ApiFailure } from '../api/failure.js';
import { type HttpResponse, failedItem, jsonResponse, restException } from './envelope.js';

/** What goes wrong with one request. */
export interface Fault {
  /**
   * reset: the connection breaks · hang: no answer, ever · truncate: half a body, then the connection breaks ·
   * html: a proxy's 502 page · status: another HTTP status (503 unless said) · delay: all is well, but later ·
   * garbage: 200 with a body that is no JSON · failed-item: 200 whose item failed (409 unless said) ·
   * encode: all is well, but the body is encoded (gzip unless said), though nobody asked for it.
   */
  readonly kind:
    'reset' | 'hang' | 'truncate' | 'html' | 'status' | 'delay' | 'garbage' | 'failed-item' | 'encode';
  /** `after`: the request takes effect first, and only its answer is lost. `before` unless said. */
  readonly when?: 'before' | 'after';
  readonly status?: number;
  readonly delayMs?: number;
  readonly retryAfterSeconds?: number;
  /** Of `encode`; one that is none of these is only said to be. */
  readonly encoding?: string;
}

/** A call as a plan of faults sees it; `index` counts all calls from 0. */
export interface FaultyCall {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly index: number;
}

/** Says which calls go wrong, and how. */
export type FaultPlan = (call: FaultyCall) => Fault | undefined;

const BAD_GATEWAY = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';

/** Waits for a `delay`; the sandbox's closing ends it. */
export async function delay(fault: Fault, closing: AbortSignal): Promise<void> {
  await sleep(fault.delayMs ?? 1_000, undefined, { signal: closing }).catch(() => undefined);
}

/** The answer that a fault puts in place of the right one; undefined for those that break the connection. */
export function faultResponse(fault: Fault, method: string): HttpResponse | undefined {
  const wait = fault.retryAfterSeconds;
  const headers: Record<string, string> = wait === undefined ? {} : { 'retry-after': String(wait) };
  switch (fault.kind) {
    case 'html':
      return { status: 502, headers: { 'content-type': 'text/html', ...headers }, body: BAD_GATEWAY };
    case 'garbage':
      return { ...jsonResponse(200, null, headers), body: '{"request_id": "0", "response": [<' };
    case 'status': {
      const status = fault.status ?? 503;
      return jsonResponse(status, restException(status, 'Refused by a fault of the sandbox'), headers);
    }
    case 'failed-item': {
      const failure = new ApiFailure(
        fault.status ?? 409,
        1008,
        'Duplicate resource',
        'A fault of the sandbox',
      );
      return jsonResponse(200, failedResponse(method, failure), headers);
    }
    case 'reset':
    case 'hang':
    case 'truncate':
    case 'delay':
    case 'encode':
      return undefined;
  }
}

const ENCODERS: Readonly<Record<string, (body: string) => Buffer>> = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
};

/** The same answer with its body encoded. */
export function encoded(answer: HttpResponse, { encoding = 'gzip' }: Fault): HttpResponse {
  const encode = ENCODERS[encoding] ?? ((body: string) => Buffer.from(body));
  const headers = { ...answer.headers, 'content-encoding': encoding };
  return { ...answer, headers, body: encode(answer.body.toString()) };
}

/** Breaks the connection as a reset, a hang or a truncated answer does; Fastify keeps its hands off the reply. */
export function breakConnection(
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: HttpResponse,
): void {
  reply.hijack();
  if (fault.kind === 'hang') return;
  const { socket } = request.raw;
  if (fault.kind === 'reset') {
    socket.destroy();
    return;
  }
  const bytes = Buffer.from(answer.body);
  reply.raw.writeHead(answer.status, { ...answer.headers, 'content-length': bytes.length });
  reply.raw.write(bytes.subarray(0, bytes.length / 2), () => socket.destroy());
}

function failedResponse(method: string, failure: ApiFailure): unknown {
  const item = failedItem(failure);
  const response = method === 'POST' ? [item] : item;
  return { request_id: '0'.repeat(32), method, http_code: 200, response };
}
