import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FailureReason, UpstreamFailure } from '../../../src/domain/upstream-failure.js';
import { rejectionOf, ScriptedUpstream } from '../datasources/exotel/scripted-upstream.js';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(async () => {
  await upstream.stop();
});

/** Part of every response body; no client may ever see it. */
const secret = 'their-words-4711';

function envelope(
  http_code: number,
  code: number | undefined,
  text: string = secret,
  itemCode = http_code,
  data: unknown = null,
) {
  const error_data = { code, message: text, description: text };
  return {
    request_id: 'r-1',
    http_code,
    response: { code: itemCode, status: 'failure', error_data, data },
  };
}
function successInside(http_code: number) {
  return { http_code, response: [{ code: 200, status: 'success', error_data: null, data: { sid: 'a' } }] };
}
function failedItem(code: number) {
  return { code, status: 'failure', error_data: null, data: null };
}
function restException(status: number | string, code: unknown = 34010) {
  return { RestException: { Status: status, Message: secret, Code: code } };
}
const html = `<html><body><h1>${secret}</h1></body></html>`;

async function failureOf(status: number, body: unknown): Promise<UpstreamFailure> {
  upstream.answers(body, status);
  const error = await rejectionOf(upstream.client().getCampaign('any'));
  expect(error).toBeInstanceOf(UpstreamFailure);
  return error as UpstreamFailure;
}

/** The code of each reason for the client, and whether a write that failed so may have been processed. */
const codes: Record<FailureReason, [code: string, mayHaveBeenProcessed: boolean]> = {
  unauthorized: ['UPSTREAM_UNAUTHORIZED', false],
  forbidden: ['UPSTREAM_FORBIDDEN', false],
  notFound: ['UPSTREAM_INVALID_RESPONSE', false],
  refused: ['UPSTREAM_INVALID_RESPONSE', false],
  duplicate: ['UPSTREAM_INVALID_RESPONSE', false],
  rateLimited: ['UPSTREAM_RATE_LIMITED', false],
  unavailable: ['UPSTREAM_UNAVAILABLE', true],
  unreachable: ['UPSTREAM_UNAVAILABLE', false],
  timeout: ['UPSTREAM_TIMEOUT', true],
  invalidResponse: ['UPSTREAM_INVALID_RESPONSE', true],
  noRoom: ['OVERLOADED', true],
  tooLarge: ['QUERY_TOO_LARGE', true],
};

const cases: [title: string, status: number, body: unknown, reason: FailureReason][] = [
  ['code 1000', 404, envelope(404, 1000), 'notFound'],
  ['code 1001', 400, envelope(400, 1001), 'refused'],
  ['code 1002', 400, envelope(400, 1002), 'refused'],
  ['code 1003', 403, envelope(403, 1003), 'forbidden'],
  ['code 1007', 400, envelope(400, 1007), 'refused'],
  ['code 1008', 409, envelope(409, 1008), 'duplicate'],
  ['code 1008 inside a 200', 200, envelope(409, 1008), 'duplicate'],
  ['code 1010', 401, envelope(401, 1010), 'unauthorized'],
  ['code 1011', 415, envelope(415, 1011), 'refused'],
  ['a code more specific than its status', 400, envelope(400, 1000), 'notFound'],
  ['an unknown code', 400, envelope(400, 4242), 'refused'],
  ['an unknown code with 403', 403, envelope(403, 4242), 'forbidden'],
  ['no code', 404, envelope(404, undefined), 'notFound'],
  ['RestException', 401, restException(401), 'unauthorized'],
  ['RestException', 429, restException(429), 'rateLimited'],
  ['RestException inside a 200', 200, restException(401), 'unauthorized'],
  ['RestException inside a 200', 200, restException(429), 'rateLimited'],
  ['RestException with text for its code', 200, restException(429, 'RATE_LIMIT_EXCEEDED'), 'rateLimited'],
  ['RestException with text for its status', 200, restException('401'), 'unauthorized'],
  ['RestException with an object for its code', 200, restException(429, {}), 'rateLimited'],
  ['the envelope inside a 200', 200, envelope(503, undefined), 'unavailable'],
  ['no balance', 402, envelope(402, undefined), 'refused'],
  ['an unlisted 4xx', 418, html, 'unavailable'],
  ['an unlisted 4xx whose body claims a definite refusal', 499, envelope(499, 1002), 'unavailable'],
  ['an unlisted item code inside a 200', 200, envelope(200, undefined, secret, 499), 'unavailable'],
  ['an unlisted item code with a known error code', 200, envelope(200, 1002, secret, 499), 'unavailable'],
  ['an unlisted item code inside a 400', 400, envelope(400, undefined, secret, 504), 'unavailable'],
  ['an unlisted http_code inside a 200', 200, envelope(499, 1002), 'unavailable'],
  ['an unlisted RestException inside a 200', 200, restException(499), 'unavailable'],
  ["a proxy's 408", 408, html, 'unavailable'],
  ['a 404 of a proxy does not mean an unknown campaign', 404, html, 'invalidResponse'],
  ['an empty 404', 404, '', 'invalidResponse'],
  ['HTML', 200, html, 'invalidResponse'],
  ['nothing', 200, '', 'invalidResponse'],
  ['nothing', 204, '', 'invalidResponse'],
  ['garbage', 200, `{"response": ${secret}`, 'invalidResponse'],
  ['JSON text', 200, `"${secret}"`, 'invalidResponse'],
  ['a JSON list', 200, [secret], 'invalidResponse'],
  ['JSON without a response', 200, { secret }, 'invalidResponse'],
  ['HTML', 500, html, 'unavailable'],
  ['HTML', 502, html, 'unavailable'],
  ['nothing', 503, '', 'unavailable'],
  ['HTML', 504, html, 'unavailable'],
  ['a 5xx whose body claims a definite refusal', 502, envelope(502, 1002), 'unavailable'],
  ['a 5xx whose body claims success', 503, { http_code: 200, response: [] }, 'unavailable'],
  ['Not Modified', 304, '', 'invalidResponse'],
];

describe('a failed upstream response', () => {
  it.each(cases)('%s, HTTP %i', async (_title, status, body, reason) => {
    const failure = await failureOf(status, body);
    const [code, mayHaveBeenProcessed] = codes[reason];
    expect(failure).toMatchObject({ reason, code, mayHaveBeenProcessed });
    expect(`${failure.message} ${JSON.stringify(failure)} ${failure.stack ?? ''}`).not.toContain(secret);
  });

  it('keeps the request id for the support of the upstream', async () => {
    expect((await failureOf(400, envelope(400, 1002))).facts.requestId).toBe('r-1');
  });
});

/** Statuses after which a write was certainly not processed. After any other it may have been. */
const refusals = [
  ...[400, 401, 402, 403, 404, 405, 409, 410, 411, 412, 413, 414, 415, 417, 422, 426, 428, 429, 431, 451],
];

describe('a refused write whose response contains a campaign', () => {
  it.each<[string, number, unknown, FailureReason]>([
    ['in the failed item', 400, envelope(400, 1002, secret, 400, { sid: 'a' }), 'refused'],
    ['in the failed item of a 200', 200, envelope(200, 1003, secret, 200, { sid: 'a' }), 'forbidden'],
    ['in a duplicate', 409, envelope(409, 1008, secret, 409, { sid: 'a' }), 'duplicate'],
    ['in a duplicate inside a 200', 200, envelope(200, 1008, secret, 409, { sid: 'a' }), 'duplicate'],
    ['in a list', 409, envelope(409, 1008, secret, 409, [{ sid: 'a' }]), 'duplicate'],
    ['one level deeper', 409, envelope(409, 1008, secret, 409, { campaign: { sid: 'a' } }), 'duplicate'],
    ['without a sid', 422, envelope(422, 1002, secret, 422, { name: 'a', template: 'b' }), 'refused'],
    ['without an envelope', 409, { sid: 'a', name: 'b' }, 'duplicate'],
    ['with RestException', 400, { ...restException(400), data: { sid: 'a' } }, 'refused'],
    [
      'in a neighbouring item',
      200,
      { response: [failedItem(409), { code: 200, data: { sid: 'a' } }] },
      'duplicate',
    ],
    ['in an item that succeeded', 400, successInside(400), 'refused'],
    ['in an item that succeeded, under 429', 429, successInside(429), 'rateLimited'],
    ['in an item that succeeded, by http_code', 200, successInside(403), 'forbidden'],
  ])('%s may have been processed', async (_where, status, body, reason) => {
    expect(await failureOf(status, body)).toMatchObject({ reason, mayHaveBeenProcessed: true });
  });

  it.each<[string, number, unknown, FailureReason]>([
    [
      'a success without a campaign',
      409,
      { response: { code: 200, status: 'success', data: null } },
      'duplicate',
    ],
    ['another item code', 400, envelope(400, undefined, secret, 409), 'refused'],
    ['another http_code', 422, envelope(400, undefined), 'refused'],
    ['http_code 200', 409, { http_code: 200, response: [] }, 'duplicate'],
    ['another RestException', 400, { http_code: 400, response: null, ...restException(401) }, 'refused'],
    ['the status of a success', 200, { response: { ...failedItem(409), status: 'success' } }, 'duplicate'],
    ['the code of a success', 200, { response: { ...failedItem(200), error_data: null } }, 'refused'],
    ['the error code of a duplicate', 400, envelope(400, 1008), 'duplicate'],
    ['an error code of none', 409, envelope(409, 1002), 'refused'],
    ['another status as error code', 400, envelope(400, 500), 'refused'],
    ['a neighbour that succeeded', 200, { response: [failedItem(400), { code: 200 }] }, 'refused'],
  ])('may have been processed if the response also has %s', async (_what, status, body, reason) => {
    expect(await failureOf(status, body)).toMatchObject({ reason, mayHaveBeenProcessed: true });
  });
});

describe('a write may have been processed, depending on the HTTP status', () => {
  it.each([...Array.from({ length: 200 }, (_, index) => 400 + index), 301, 600, 999])(
    'HTTP %i',
    async (status) => {
      const isRefusal = refusals.includes(status);
      const failure = await failureOf(status, envelope(status, undefined));
      expect(failure.mayHaveBeenProcessed).toBe(!isRefusal);
      const ofItem = await failureOf(200, envelope(200, undefined, secret, status));
      expect(ofItem.mayHaveBeenProcessed).toBe(!isRefusal);
      const isOver = [500, 501, 502, 503, 505, 507].includes(status) || isRefusal;
      expect(failure.facts.mayStillRun === true).toBe(!isOver);
    },
  );
});

describe('an upstream failure', () => {
  it.each([
    ['f2284e77ea5a4224911251b08f861af2', true],
    ['camp-1_a.b~c', true],
    ['a/b:c', true],
    ['https://api.example.com/secret', false],
    ['at Object.<anonymous> (/srv/app.js:10:3)', false],
    ['https://key:token@api.example.com/secret', false],
    ['x'.repeat(129), false],
  ])('with the sid %.30s names it: %s', (sid, isNamed) => {
    expect(new UpstreamFailure('invalidResponse', { sid }).extensions['sid']).toBe(isNamed ? sid : undefined);
  });

  const reasons = Object.entries(codes) as [FailureReason, [string, boolean]][];
  it.each(reasons)('with reason %s has its code for the client', (reason, [code, mayHaveBeenProcessed]) => {
    expect(new UpstreamFailure(reason)).toMatchObject({ reason, code, mayHaveBeenProcessed });
  });
});

describe('a validation error of the upstream becomes a field path, without its text', () => {
  const fields: [text: string, field: string[] | undefined][] = [
    ["The 'schedule.start_time' parameter is invalid", ['input', 'schedule', 'startTime']],
    ['expiry_time must be later', ['input', 'schedule', 'endTime']],
    ['dlt_entitiy_id is not numeric', ['input', 'dltEntityId']],
    ['dlt_template_id is missing', ['input', 'dltTemplateId']],
    ['sms_status_callback is no URL', ['input', 'smsStatusCallback']],
    ['status_callback is no URL', ['input', 'statusCallback']],
    ['Template too long', ['input', 'template']],
    ['list does not exist', ['input', 'lists']],
    ['sender_id not approved', ['input', 'senderId']],
    ['something is off', undefined],
  ];
  it.each(fields)('%s', async (text, field) => {
    const failure = await failureOf(400, envelope(400, 1002, text));
    expect(failure.facts.field).toEqual(field);
    expect(JSON.stringify(failure)).not.toContain(text);
  });
});
