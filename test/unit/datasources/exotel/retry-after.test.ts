import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CampaignAction } from '../../../../src/domain/campaigns/campaign.js';
import { now, rejectionOf, ScriptedUpstream } from './scripted-upstream.js';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(async () => {
  await upstream.stop();
});

/** An HTTP date has no milliseconds: this one is 29.322 s after `now`. */
const inHalfAMinute = new Date(now + 30_000).toUTCString();
const resetIn42 = { 'x-ratelimit-reset': String(Math.floor(now / 1000) + 42) };

const cases: [title: string, headers: Record<string, string>, seconds: number | undefined][] = [
  ['seconds', { 'retry-after': '17' }, 17],
  ['zero seconds count as one', { 'retry-after': '0' }, 1],
  ['an HTTP date', { 'retry-after': inHalfAMinute }, 30],
  ['an HTTP date in the past counts as one', { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 1],
  ['X-RateLimit-Reset', resetIn42, 42],
  ['X-RateLimit-Reset in the past counts as one', { 'x-ratelimit-reset': '1' }, 1],
  ['Retry-After before X-RateLimit-Reset', { 'retry-after': '5', ...resetIn42 }, 5],
  ['X-RateLimit-Reset if Retry-After is malformed', { 'retry-after': 'soon', ...resetIn42 }, 42],
  ['a part of a second more', { 'retry-after': '10.5' }, 11],
  ['the longest of several', { 'retry-after': '2, 30' }, 30],
  ['an ISO date', { 'retry-after': new Date(now + 30_000).toISOString() }, 30],
  ['an obsolete HTTP date', { 'retry-after': 'Thu Jan  1 00:00:00 1970' }, 1],
  ...['in 60', '40;', '1e3', '-5', '7 s', '0x10', ''].map((text): (typeof cases)[number] => [
    `${JSON.stringify(text)} is no time`,
    { 'retry-after': text, ...resetIn42 },
    42,
  ]),
  ['neither', {}, undefined],
  ['both malformed', { 'retry-after': 'soon', 'x-ratelimit-reset': 'later' }, undefined],
];

describe('the retry delay of a 429', () => {
  it.each(cases)('%s', async (_title, headers, seconds) => {
    upstream.answers('', 429, headers);
    const error = await rejectionOf(upstream.client().getCampaign('any'));
    expect(error).toMatchObject({ reason: 'rateLimited', details: { retryAfter: seconds ?? 60 } });
    expect(error).toMatchObject({ facts: { retryAfterSeconds: seconds } });
  });

  const item = { code: 429, status: 'failure', error_data: null, data: null };
  const said = { http_code: 200, method: 'POST', request_id: 'r' };
  const inside: readonly (readonly [where: string, body: object])[] = [
    ['http_code', { ...said, http_code: 429, response: item }],
    ['RestException', { ...said, response: item, RestException: { Status: 429, Message: 'secret' } }],
    ['its item', { ...said, response: item }],
    ['all items of its list', { ...said, response: [item, item] }],
  ];

  it.each(inside)(
    'is read where an HTTP 200 has the 429 in %s, and a write was not processed',
    async (_where, body) => {
      upstream.answers(JSON.stringify(body), 200, { 'retry-after': '17' });
      const limited = { reason: 'rateLimited', facts: { retryAfterSeconds: 17 } };
      expect(await rejectionOf(upstream.client().getCampaign('any'))).toMatchObject(limited);
      const error = await rejectionOf(upstream.client().actOnCampaign('any', CampaignAction.PAUSE));
      expect(error).toMatchObject({ ...limited, mayHaveBeenProcessed: false });
    },
  );

  it('is not read where an item names another error', async () => {
    const invalid = { ...item, error_data: { code: 1002, message: 'Invalid parameter' } };
    upstream.answers(JSON.stringify({ ...said, response: invalid }), 200, { 'retry-after': '17' });
    expect(await rejectionOf(upstream.client().actOnCampaign('any', CampaignAction.PAUSE))).toMatchObject({
      reason: 'refused',
    });
  });

  it('is not read from any other failure', async () => {
    upstream.answers('', 503, { 'retry-after': '17' });
    expect(await rejectionOf(upstream.client().getCampaign('any'))).toMatchObject({ details: {} });
  });
});
