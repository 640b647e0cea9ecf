import { isUtf8 } from 'node:buffer';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { GatewayError } from '../../domain/errors.js';
import { jsonRule, parseJson } from '../../domain/json.js';
import { announcedBytes } from '../connections/incoming-bytes.js';
import { refuseWith } from '../http/refuse.js';
import { parsedBytes, type RequestMemory, smallJsonBytes } from './request-memory.js';

/** The memory of one request's body, until it is no longer needed, or the request is answered or broken off. */
class BodyMemory {
  readonly #memory: RequestMemory;
  readonly #reply: FastifyReply;
  readonly #held: (() => void)[] = [];

  constructor(memory: RequestMemory, reply: FastifyReply) {
    this.#memory = memory;
    this.#reply = reply;
  }

  /** @throws GatewayError OVERLOADED if there is no room. */
  hold(bytes: number): void {
    const release = this.#memory.hold(bytes);
    this.#held.push(release);
    this.#reply.raw.once('close', release);
  }

  /** Releases it before the end of the request. */
  release(): void {
    for (const release of this.#held) release();
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined for a small body. */
    bodyMemory: BodyMemory | undefined;
  }
}

/** Bounds the memory of all request bodies: each reserves its share before its first byte is read. */
export function limitBodyMemory(app: FastifyInstance, memory: RequestMemory): void {
  app.decorateRequest('bodyMemory');
  app.addHook('preParsing', (request, reply, payload, done) => {
    const bytes = announcedBytes(request.raw, request.routeOptions.bodyLimit);
    if (bytes > smallJsonBytes)
      try {
        request.bodyMemory = new BodyMemory(memory, reply);
        request.bodyMemory.hold(bytes);
      } catch (error) {
        sendOverload(reply, error);
        return;
      }
    done(null, payload);
  });
}

/** Answers a request that was refused with OVERLOADED. @throws any other error. */
export function sendOverload(reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof GatewayError) || error.code !== 'OVERLOADED') throw error;
  return refuseWith(reply, 503, error);
}

/** A body that is refused, with a message for the client. */
export class BodyError extends Error {
  override readonly name = 'BodyError';

  constructor(
    readonly statusCode: 400 | 415,
    message: string,
  ) {
    super(message);
  }
}

function isEncoded(encoding: string): boolean {
  return encoding.trim().toLowerCase() !== 'identity';
}

/** JSON is UTF-8 (RFC 8259, 8.1); a client that says otherwise would have its characters misread. */
function isReadAsUtf8(contentType = ''): boolean {
  const [, charset = 'utf-8'] = /;[ \t]*charset="?([^";, \t]*)/i.exec(contentType) ?? [];
  return /^(?:utf-?8|us-ascii)$/i.test(charset);
}

/**
 * Parses JSON bodies. Invalid UTF-8 is refused, because a replaced character would change a sid. So is a compressed body,
 * which could be huge once it is decompressed, and every other type, plain text included.
 * @param isAnswered called first; true: the body need not be parsed.
 */
export function parseJsonBodies(
  app: FastifyInstance,
  isAnswered: (request: FastifyRequest, body: Buffer) => boolean = () => false,
): void {
  app.removeContentTypeParser('text/plain'); // Fastify has a parser for it
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, parsed) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && isEncoded(encoding))
      parsed(new BodyError(415, 'The body must not be compressed.'));
    else if (!isReadAsUtf8(request.headers['content-type']))
      parsed(new BodyError(415, 'The charset of the body must be utf-8.'));
    else if (request.method === 'OPTIONS' || isAnswered(request, body)) parsed(null, undefined);
    else if (!isUtf8(body)) parsed(new BodyError(400, 'The request body is not UTF-8.'));
    else
      try {
        request.bodyMemory?.hold(parsedBytes(body));
        const json = parseJson(body.toString('utf8'));
        if (json === undefined) parsed(new BodyError(400, `The request body ${jsonRule}`));
        else parsed(null, json);
      } catch (error) {
        parsed(error as Error); // OVERLOADED
      }
  });
}
