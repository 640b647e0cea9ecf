import { type GraphQLFormattedError } from 'graphql';
import { noStore } from '../../operations/cache-headers.js';
import { type ResultBody } from '../../operations/operation-result.js';
import { stoppingMessage } from '../connections/graceful-shutdown.js';
import { type StreamFormat } from '../http/negotiation.js';

/** Reason for the end of a stream. */
type StreamEnd = 'complete' | 'credentials ended' | 'stopping';

/** How results are written into one HTTP response. Every text is complete in itself. */
export interface StreamWriting {
  readonly headers: Readonly<Record<string, string>>;
  /** Written first. */
  readonly start: string;
  /** Shows that the stream is open, and keeps proxies from closing it. */
  readonly heartbeat: string;
  readonly result: (body: ResultBody) => string;
  readonly end: Readonly<Record<StreamEnd, string>>;
}

const unbuffered = { 'x-accel-buffering': 'no' }; // nginx would hold events back

/** `graphql-sse`, distinct connections. Its clients subscribe again after `complete`, and browsers after a broken stream. */
const sse: StreamWriting = {
  headers: {
    ...unbuffered,
    connection: 'keep-alive',
    'cache-control': noStore,
    'content-encoding': 'none', // no proxy compresses it then
    'content-type': 'text/event-stream; charset=utf-8',
  },
  start: '',
  heartbeat: ':\n\n',
  result: (body) => `event: next\ndata: ${JSON.stringify(body)}\n\n`,
  end: {
    complete: 'event: complete\ndata:\n\n',
    'credentials ended': 'event: complete\ndata:\n\n',
    stopping: 'retry: 1000\n\n', // browsers reconnect after a second
  },
};

const boundary = '--graphql';
/**
 * The next boundary follows at once: clients take a part as complete when they see it. The header's name is in lower case, as
 * Apollo Router sends it: Apollo iOS reads no other.
 */
const part = (json: string): string =>
  `\r\ncontent-type: application/json\r\n\r\n${json.replaceAll(boundary, escapedBoundary)}\r\n${boundary}`;
/** Several clients look for the boundary inside of a part too, and a text may contain it. */
const escapedBoundary = boundary.replace('-', String.raw`\u002d`);
const lastBoundary = '--\r\n';

/** A fatal error. These errors never have `locations` or `path`. */
function fatal(errors: readonly GraphQLFormattedError[]): string {
  const plain = errors.map(({ message, extensions }) => ({ message, extensions }));
  return part(JSON.stringify({ payload: null, errors: plain }));
}

const fatalEnd = (message: string, code: string): string =>
  fatal([{ message, extensions: { code } }]) + lastBoundary;

/**
 * Apollo's multipart protocol for subscriptions 1.0. A result without `data` is an error that ends the stream.
 * https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
 */
const multipart: StreamWriting = {
  headers: { ...unbuffered, 'content-type': 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0' },
  start: `\r\n${boundary}`,
  heartbeat: part('{}'),
  result: (body) =>
    body.data === undefined ? fatal(body.errors ?? []) : part(JSON.stringify({ payload: body })),
  end: {
    complete: lastBoundary,
    'credentials ended': fatalEnd(
      'The credentials of this subscription have ended; subscribe again with new ones.',
      'UNAUTHENTICATED',
    ),
    stopping: fatalEnd(stoppingMessage, 'SHUTTING_DOWN'),
  },
};

/** The formats of streams. */
export const streamFormats: Readonly<Record<StreamFormat, StreamWriting>> = { sse, multipart };
