import { request } from 'undici';
import { z } from 'zod';

/** The gateway sends a blank line every 15 seconds: a longer silence is a broken connection. */
const silenceMs = 60_000;

/** Characters of a line at most. A gateway reads no more from its upstream in one response than half of them. */
const maximumLine = 32 * 1024 * 1024;
/** Characters of a refusal that are read. */
const maximumRefusal = 64 * 1024;

const endLine = z.union([
  z.object({ complete: z.literal(true), rows: z.int().min(0) }),
  z.object({ complete: z.literal(false), reason: z.string(), cursor: z.string().nullable() }),
]);
const progressLine = z.object({
  progress: z.object({ read: z.number(), total: z.number(), cursor: z.string().nullable() }),
});

/** A line of an export in NDJSON: a row, the progress after a window, or the end. */
export type ReceivedLine =
  | { readonly kind: 'row'; readonly row: object; readonly text: string }
  | ({ readonly kind: 'progress' } & z.infer<typeof progressLine>['progress'])
  | { readonly kind: 'end'; readonly end: z.infer<typeof endLine> };

function readLine(text: string): ReceivedLine {
  const row = z.looseObject({}).parse(JSON.parse(text));
  if ('complete' in row) return { kind: 'end', end: endLine.parse(row) };
  if ('progress' in row) return { kind: 'progress', ...progressLine.parse(row).progress };
  return { kind: 'row', row, text };
}

/** A response of the gateway that is not an export. */
export class RefusedExport extends Error {
  /**
   * @param code of the error; undefined if it is not one of a gateway.
   * @param retryAfterMs when asking again may be of use; undefined: it is of no use.
   */
  constructor(
    message: string,
    readonly code: string | undefined,
    readonly retryAfterMs: number | undefined,
  ) {
    super(message);
  }
}

/** Statuses after which asking again may be of use. */
const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
/** Longest wait that a gateway may ask for. */
const longestWaitMs = 10 * 60_000;
/** Codes with these statuses after which it is not. */
const lasting: ReadonlySet<string> = new Set(['UPSTREAM_UNAUTHORIZED', 'UPSTREAM_FORBIDDEN']);
const errorBody = z.object({
  errors: z.tuple([z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })]),
});

/**
 * Reads the whole lines of one response.
 * @throws RefusedExport for any other status than 200; another error if the connection breaks.
 */
export async function* receivedLines(
  url: URL,
  apiKey: string | undefined,
): AsyncGenerator<ReceivedLine, void, undefined> {
  const response = await request(url, {
    headers: {
      accept: 'application/x-ndjson',
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    },
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
  });
  if (response.statusCode !== 200)
    throw refusalOf(response.statusCode, response.headers, await beginningOf(response.body));
  const type = String(response.headers['content-type']);
  if (!type.startsWith('application/x-ndjson')) {
    response.body.on('error', () => undefined).destroy(); // it ends with an error
    throw new RefusedExport(
      `${url.origin} is not a campaign-gateway: it answers ${type}.`,
      undefined,
      undefined,
    );
  }
  response.body.setEncoding('utf8');
  let rest = '';
  for await (const chunk of response.body as AsyncIterable<string>) {
    rest += chunk;
    if (rest.length > maximumLine)
      throw new RefusedExport(
        `${url.origin} is not a campaign-gateway: it sends a line of more than ${maximumLine} characters.`,
        undefined,
        undefined,
      );
    if (!chunk.includes('\n')) continue;
    const lines = rest.split('\n');
    rest = lines.pop() ?? ''; // a line without its end may be cut off
    for (const text of lines) if (text !== '') yield readLine(text);
  }
}

async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maximumRefusal) break;
  }
  return Buffer.concat(chunks).toString();
}

function refusalOf(
  status: number,
  { 'retry-after': retryAfter }: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): RefusedExport {
  const error = errorOf(body);
  const code = error?.extensions.code;
  const isPassing = passing.has(status) && !lasting.has(code ?? '');
  const seconds = Number(retryAfter ?? 0);
  return new RefusedExport(
    error?.message ?? `The gateway answered with status ${status}.`,
    code,
    isPassing ? Math.min(Number.isFinite(seconds) ? seconds * 1000 : 0, longestWaitMs) : undefined,
  );
}

function errorOf(body: string) {
  try {
    return errorBody.safeParse(JSON.parse(body)).data?.errors[0];
  } catch {
    return undefined;
  }
}
