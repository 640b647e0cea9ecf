import { type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { haveCredentialsEnded, onCredentialsEnd } from '../../../auth/credentials-end.js';
import { GatewayError } from '../../../domain/errors.js';
import { logFields } from '../../../domain/requests/request-trace.js';
import { type ExportFormat, type Telemetry } from '../../../domain/telemetry.js';
import { withTimeout } from '../../../domain/timeout.js';
import { csvHeader, csvLine, type ExportEnd, ndjsonLine } from '../../../export/export-row.js';
import { type ExportPlace, type ExportQueue } from '../../../export/export-queue.js';
import {
  codeOf,
  type ExportedRows,
  type ExportSource,
  MessageExport,
} from '../../../export/message-export.js';
import { endWithCredentials } from '../../connections/credentials-deadline.js';
import { allClosed, type GracefulShutdown, stoppingMessage } from '../../connections/graceful-shutdown.js';
import { type AllowedOrigins } from '../access/allowed-origins.js';
import { type RequestHook } from '../access/authentication.js';
import {
  acceptedFormat,
  type ExportParameters,
  exportParametersOf,
  exportStatusOf,
  mediaTypes,
} from './export-parameters.js';
import { varyBy } from '../negotiation.js';
import { refuseWith } from '../refuse.js';

const scope = 'messages:read';
/** Interval of blank lines while an NDJSON export waits: proxies close a connection that is silent for a minute. */
const blankLineMs = 15_000;
const pieceCharacters = 256 * 1024;
/** When a client that was refused for want of a place may come back. */
const retryAfterSeconds = 60;

/** Dependencies of the endpoint. */
interface ExportEndpointOptions {
  readonly source: ExportSource;
  readonly queue: ExportQueue;
  /** Authentication and rate. */
  readonly onRequest: RequestHook[];
  readonly shutdown: GracefulShutdown;
  readonly allowedOrigins: AllowedOrigins;
  readonly telemetry: Pick<Telemetry, 'exportStarted'>;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** An export whose response is open. */
interface OpenExport {
  readonly messages: MessageExport;
  readonly place: ExportPlace;
  /** Until its rows are sent. */
  first: ExportedRows | undefined;
  readonly format: ExportFormat;
  readonly parameters: ExportParameters;
  end?: ExportEnd;
}

/** Serves all messages of a campaign at `/campaigns/{sid}/messages`, as NDJSON or CSV (docs/export.md). */
export function serveExports(app: FastifyInstance, options: ExportEndpointOptions): void {
  const { shutdown, onRequest } = options;
  const open = new Map<OpenExport, ServerResponse>();
  /** Exports whose first rows are being read. */
  const opening = new Set<MessageExport>();
  const formats = { '': undefined, '.ndjson': 'ndjson', '.csv': 'csv' } as const;
  for (const [extension, format] of Object.entries(formats))
    app.get(
      `/campaigns/:sid/messages${extension}`,
      { exposeHeadRoute: false, onRequest },
      async (request, reply) => {
        const gone = new AbortController();
        reply.raw.once('close', () => {
          gone.abort();
        });
        if (!format) varyBy(reply, 'accept');
        const opened = await openExport(request, format, { gone: gone.signal, opening }, options).catch(
          (error: unknown) => refuseExport(reply, error),
        );
        if (!('messages' in opened) || gone.signal.aborted) return reply;
        open.set(opened, reply.raw);
        if (shutdown.hasBegun) opened.messages.stop('SHUTTING_DOWN'); // it has begun meanwhile
        gone.signal.addEventListener('abort', () => open.delete(opened));
        return sendExport(request, reply, { opened, gone: gone.signal }, options);
      },
    );
  shutdown.onBegin(async () => {
    for (const messages of [...opening, ...[...open.keys()].map((each) => each.messages)])
      messages.stop('SHUTTING_DOWN');
    await allClosed(open.values());
  });
}

/**
 * Checks the request, and reads the first rows.
 * @throws GatewayError for a request that is refused before the first byte.
 */
async function openExport(
  { headers, caller, params, url }: FastifyRequest,
  named: ExportFormat | undefined,
  { gone, opening }: { readonly gone: AbortSignal; readonly opening: Set<MessageExport> },
  { source, queue, shutdown, allowedOrigins, now }: ExportEndpointOptions,
): Promise<OpenExport> {
  if (!allowedOrigins.admit(headers))
    throw new GatewayError('FORBIDDEN', 'Pages of this origin may not export messages.');
  if (!caller.scopes.has(scope))
    throw new GatewayError('FORBIDDEN', `This needs the scope ${scope}.`, { scopes: [scope] });
  const format = named ?? acceptedFormat(headers.accept);
  if (!format)
    throw new GatewayError(
      'BAD_REQUEST',
      `This address responds with ${Object.values(mediaTypes).join(' and ')} only.`,
    );
  if (shutdown.hasBegun) throw new GatewayError('SHUTTING_DOWN', stoppingMessage);
  const parameters = exportParametersOf((params as { readonly sid: string }).sid, url);
  const messages = new MessageExport(source, parameters, () => !haveCredentialsEnded(caller, now()));
  const place = queue.enter();
  if (!place) throw tooMany();
  gone.addEventListener('abort', place.leave);
  gone.addEventListener('abort', () => {
    messages.leave();
  });
  const cancel = onCredentialsEnd(caller, now, () => {
    messages.stop('UNAUTHENTICATED');
  });
  gone.addEventListener('abort', cancel);
  opening.add(messages);
  try {
    const first = await messages.first(place.waits);
    if (!first)
      throw messages.stopReason === 'SHUTTING_DOWN'
        ? new GatewayError('SHUTTING_DOWN', stoppingMessage)
        : credentialsEnded();
    return { messages, place, first, format, parameters };
  } catch (error) {
    place.leave();
    throw codeOf(error) === 'NOT_FOUND' ? noSuchCampaign() : error;
  } finally {
    opening.delete(messages);
  }
}

function credentialsEnded(): GatewayError {
  return new GatewayError('UNAUTHENTICATED', 'The credentials of this export have ended.');
}

function tooMany(): GatewayError {
  const message = `Too many exports are running and waiting; try again in ${retryAfterSeconds} seconds.`;
  return new GatewayError('TOO_MANY_REQUESTS', message, { retryAfter: retryAfterSeconds });
}

function noSuchCampaign(): GatewayError {
  return new GatewayError('NOT_FOUND', 'There is no campaign with this sid.');
}

function refuseExport(reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof GatewayError)) throw error;
  return refuseWith(reply, exportStatusOf(error), error);
}

function sendExport(
  { caller, trace, raw: { httpVersion } }: FastifyRequest,
  reply: FastifyReply,
  { opened, gone }: { readonly opened: OpenExport; readonly gone: AbortSignal },
  { telemetry, logger, now, source }: ExportEndpointOptions,
): FastifyReply {
  const { messages, first, format } = opened;
  const { sid } = messages;
  const startedAtMs = source.now();
  const ended = telemetry.exportStarted(format, sid, trace);
  const cancelDeadline = endWithCredentials(reply.raw, caller, now);
  gone.addEventListener('abort', () => {
    cancelDeadline();
    const { end } = opened;
    ended({
      outcome: end && reply.raw.writableFinished ? (end.complete ? 'complete' : 'incomplete') : 'left',
      reason: end && !end.complete ? end.reason : undefined,
      rows: messages.rows,
      calls: messages.origin.calls,
      durationMs: source.now() - startedAtMs,
    });
  });
  const onFailure = (error: unknown): void => {
    logger.error({ ...logFields(trace), err: error }, 'an export failed with an internal error');
  };
  reply
    .header(
      'content-type',
      format === 'csv' ? `${mediaTypes.csv}; charset=utf-8; header=present` : mediaTypes.ndjson,
    )
    .header(
      'content-disposition',
      `attachment; filename="messages-${sid.replace(/[^\w.-]/g, '_')}.${format}"`,
    )
    .header('x-export-total', String(first?.total));
  // HTTP/1.0 has no trailers.
  if (httpVersion !== '1.0')
    reply.trailer('X-Export-Status', () => Promise.resolve(statusTrailer(opened.end)));
  return reply.send(Readable.from(bodyOf(opened, reply, onFailure)));
}

/** The trailer by which a CSV says whether it is whole. */
function statusTrailer(end: ExportEnd | undefined): string {
  if (end?.complete) return 'complete';
  return `incomplete; cursor=${end?.cursor ?? ''}`;
}

/** The body. The next window is read when the client has taken the last one, whose rows are forgotten then. */
async function* bodyOf(
  opened: OpenExport,
  reply: FastifyReply,
  onFailure: (error: unknown) => void,
): AsyncGenerator<string> {
  const { messages, place, format } = opened;
  reply.raw.flushHeaders(); // the first rows may be long in coming
  const blank = format === 'ndjson' ? '\n' : '';
  if (format === 'csv') yield csvHeader(opened.parameters.hasCursor);
  let rows = opened.first;
  opened.first = undefined;
  try {
    while (rows) {
      yield* textsOf(rows, opened);
      const { end, total }: ExportedRows = rows;
      rows = undefined;
      const next = nextRows(messages, place, { end, total });
      let result: Awaited<typeof next> | undefined;
      while (!(result = await withTimeout(blankLineMs, next))) if (blank !== '') yield blank;
      if ('complete' in result) opened.end = result;
      else rows = result;
    }
  } catch (error) {
    onFailure(error);
    opened.end = messages.incomplete('INTERNAL_SERVER_ERROR');
  } finally {
    place.leave();
  }
  if (format === 'ndjson') yield `${JSON.stringify(opened.end)}\n`;
}

/** Waits for the export's turn, unless it is at its end. */
async function nextRows(
  messages: MessageExport,
  { turn }: ExportPlace,
  rows: Pick<ExportedRows, 'end' | 'total'>,
) {
  if (rows.end < rows.total) await messages.unlessStopped(turn);
  return messages.next(rows);
}

/** The rows of a window as texts of a few hundred kilobytes: as one text they would take their memory twice. */
function* textsOf(
  { rows, cursorAt, cursor, end, total }: ExportedRows,
  { format, parameters: { hasCursor, hasProgress } }: OpenExport,
): Generator<string> {
  let text = '';
  for (const { row, index } of rows) {
    text +=
      format === 'csv'
        ? csvLine(row, hasCursor ? cursorAt(index) : undefined)
        : ndjsonLine(row, cursorAt(index));
    if (text.length < pieceCharacters) continue;
    yield text;
    text = '';
  }
  if (format === 'ndjson' && hasProgress)
    text += `${JSON.stringify({ progress: { read: end, total, cursor } })}\n`;
  if (text !== '') yield text;
}
