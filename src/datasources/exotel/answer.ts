import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { failureOfAnswer } from './failure.js';
import { type TransportAnswer } from './transport.js';
import { envelope, restException, type WireEnvelope } from './wire/envelope.js';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function dateOf(headers: TransportAnswer['headers']): number | undefined {
  const ms = Date.parse(String(headers['date'] ?? ''));
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * Opens an answer's envelope.
 *
 * The status line, the envelope's `http_code` and an older layer's `RestException.Status` may disagree; the
 * first of them that says no is believed.
 * @param onBody shown what the body says, undefined where it is no JSON.
 * @throws UpstreamFailure where one says no, or where a 2xx has no envelope.
 */
export function openEnvelope(
  { status, headers, text }: TransportAnswer,
  nowMs: number,
  onBody?: (body: unknown) => void,
): WireEnvelope {
  const json = parseJson(text);
  onBody?.(json);
  const isJson = typeof json === 'object' && json !== null;
  const opened =
    isJson && 'response' in json
      ? envelope.safeParse({ ...json, isList: Array.isArray(json.response), answeredAtMs: dateOf(headers) })
          .data
      : undefined;
  const said = [status, opened?.http_code, restException.safeParse(json).data?.RestException.Status];
  const no = said.find((code) => code !== undefined && (code < 200 || code >= 300));
  if (no !== undefined) throw failureOfAnswer({ status: no, headers }, { envelope: opened, isJson }, nowMs);
  if (!opened) throw new UpstreamFailure('invalidResponse');
  return opened;
}
