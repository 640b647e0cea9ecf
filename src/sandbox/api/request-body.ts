import { ApiFailure } from './failure.js';
import { type ApiRequest } from './operation.js';

/** Unchecked parameters of a request. */
export type Body = Readonly<Record<string, unknown>>;

/**
 * Reads the JSON of a request. The curl samples have flat parameters, the other samples nest them in `smscampaigns` (API
 * document, 'Create SMS Campaign'): both are accepted.
 */
export function readBody(call: ApiRequest): Body {
  if (!/^application\/json\s*(;|$)/i.test(call.contentType)) {
    throw ApiFailure.unsupportedContentType(call.contentType);
  }
  const body = parse(call.rawBody);
  return isBody(body.smscampaigns) ? body.smscampaigns : body;
}

/** Whether a JSON value is an object. */
export function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): Body {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw ApiFailure.unparsable('The body is not JSON');
  }
  if (!isBody(body)) throw ApiFailure.unparsable('The body is not a JSON object');
  return body;
}
