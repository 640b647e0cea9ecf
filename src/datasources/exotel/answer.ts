import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { failureOfAnswer } from './failure.js';
import { remembered } from './remembered.js';
import { type TransportAnswer } from './transport.js';
import { readEnvelope, restException, type WireEnvelope } from './wire/envelope.js';
import { isObject } from './wire/object.js';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Answers of one second have the same date. */
const dateOf = remembered((date): number | undefined => {
  const ms = Date.parse(date);
  return Number.isNaN(ms) ? undefined : ms;
}, 10);

function envelopeOf(json: object, { date }: TransportAnswer['headers']): WireEnvelope | undefined {
  if (!isObject(json) || !('response' in json)) return undefined;
  return readEnvelope(json, typeof date === 'string' ? dateOf(date) : undefined);
}

/** What an older layer's refusal says; a failing parse is dear, so other answers are spared it. */
function refusedWith(json: object): number | undefined {
  if (!('RestException' in json)) return undefined;
  return restException.safeParse(json).data?.RestException.Status;
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
  const object = typeof json === 'object' && json !== null ? json : undefined;
  const opened = object && envelopeOf(object, headers);
  const said = [status, opened?.http_code, object && refusedWith(object)];
  const no = said.find((code) => code !== undefined && (code < 200 || code >= 300));
  if (no !== undefined)
    throw failureOfAnswer({ status: no, headers }, { envelope: opened, isJson: object !== undefined }, nowMs);
  if (!opened) throw new UpstreamFailure('invalidResponse');
  return opened;
}
