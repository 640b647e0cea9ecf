import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { ApiFailure } from '../api/failure.js';
import { type HttpResponse, failedItem, jsonResponse, restException } from './envelope.js';

/** A fault of one request. */
export interface Fault {
  /**
   * reset: the connection breaks · hang: no response, ever · truncate: half a body, then the connection breaks ·
   * html: a proxy's 502 page · status: another HTTP status (default 503) · delay: the right response, but later ·
   * garbage: 200 with a body that is not JSON · failed-item: 200 with a failed item (default 409) ·
   * refuse: a refusal of the API ·
   * encode: the right response with an encoded body (default gzip), which the client did not ask for.
   */
  readonly kind:
    | 'reset'
    | 'hang'
    | 'truncate'
    | 'html'
    | 'status'
    | 'delay'
    | 'garbage'
    | 'failed-item'
    | 'refuse'
    | 'encode';
  /** `after`: the request takes effect, and only its response is lost. Default: `before`. */
  readonly when?: 'before' | 'after';
  readonly status?: number;
  readonly delayMs?: number;
  readonly retryAfterSeconds?: number;
  /** Refusal of `refuse`. */
  readonly failure?: ApiFailure;
  /** Encoding of `encode`. An unknown one is only declared: the body stays as it is. */
  readonly encoding?: string;
}

/** A call, for a plan of faults; `index` counts all calls from 0. */
interface FaultyCall {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly index: number;
}

/** Chooses the fault of a call; undefined for none. */
export type FaultPlan = (call: FaultyCall) => Fault | undefined;

const BAD_GATEWAY = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';

/** Waits as long as a `delay` fault says; closing the sandbox ends the wait. */
export async function delay(fault: Fault, closing: AbortSignal): Promise<void> {
  await sleep(fault.delayMs ?? 1_000, undefined, { signal: closing }).catch(() => undefined);
}

/** The response that replaces the right one; undefined for faults without a response of their own. */
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
      return jsonResponse(200, failedResponse(method, failure, 200), headers);
    }
    case 'refuse': {
      const failure = fault.failure ?? ApiFailure.notAllowed('A fault of the sandbox');
      return jsonResponse(failure.httpCode, failedResponse(method, failure, failure.httpCode), headers);
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

/** Encodes the body of a response. */
export function encoded(answer: HttpResponse, { encoding = 'gzip' }: Fault): HttpResponse {
  const encode = ENCODERS[encoding] ?? ((body: string) => Buffer.from(body));
  const headers = { ...answer.headers, 'content-encoding': encoding };
  return { ...answer, headers, body: encode(answer.body.toString()) };
}

/** Breaks the connection for a reset, a hang or a truncated response, bypassing Fastify. */
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

function failedResponse(method: string, failure: ApiFailure, status: number): unknown {
  const item = failedItem(failure);
  const response = method === 'POST' ? [item] : item;
  return { request_id: '0'.repeat(32), method, http_code: status, response };
}
