import { describe, expect, it } from '@jest/globals';
import { type CreateCampaignInput } from '../../operations/generated.js';
import { until } from '../../support/clients/subscribing.js';
import { startScripted } from '../../support/gateway/setup.js';
import { type SeenRequest } from '../../support/upstream/scripted-upstream.js';
import { answerOf, create, type CreateResult, diwali, rowOf } from '../../support/writing/creating.js';

type Changes = Readonly<Record<string, unknown>>;

/** Everything that the upstream has. */
let rows: ReturnType<typeof rowOf>[];

const dayMs = 86_400_000;

/** The schedule that was sent, moved; the default is 10 minutes after the creation, for 30 days. */
function moved({ body }: SeenRequest, startMs: number, endMs = startMs): Changes {
  const { schedule } = JSON.parse(body) as { schedule?: { start_time?: string; end_time?: string } };
  const start = Date.parse(schedule?.start_time ?? new Date(Date.now() + 600_000).toISOString());
  const end = schedule?.end_time === undefined ? start + 30 * dayMs : Date.parse(schedule.end_time);
  const at = (ms: number): string => new Date(ms).toISOString();
  return { schedule: { start_time: at(start + startMs), end_time: at(end + endMs) } };
}

/**
 * Sends two creates to an upstream that swaps their responses.
 * @param stored what the upstream stores beside what was sent.
 * @param first index of the create that is answered first.
 * @param hidden what responses to creates show instead.
 */
async function createSwapped(
  changes: readonly Partial<CreateCampaignInput>[],
  stored: (request: SeenRequest) => Changes,
  first = 0,
  hidden: Changes = {},
): Promise<CreateResult[]> {
  const held: (() => void)[] = [];
  rows = [];
  const { gateway, methods } = await startScripted((request, response) => {
    if (request.method !== 'POST') {
      const sid = /message-campaigns\/([^/?]+)/.exec(request.target)?.[1];
      return answerOf(sid === undefined ? rows : rows.filter((row) => row.sid === decodeURIComponent(sid)));
    }
    const index = rows.length;
    rows.push(rowOf(request, { ...stored(request), sid: `made ${index}` }));
    held.push(() => response.end(JSON.stringify(answerOf([{ ...rows[1 - index], ...hidden }]).json)));
    if (held.length < 2) return undefined;
    held[first]?.();
    setImmediate(() => setImmediate(() => held[1 - first]?.()));
    return undefined;
  });
  const results: Promise<CreateResult>[] = [];
  for (const [index, change] of changes.entries()) {
    results.push(create(gateway, { ...diwali, ...change, idempotencyKey: `key ${index}` }));
    await until(() => rows.length > index);
  }
  const settled = await Promise.all(results);
  expect(methods().filter((method) => method === 'POST')).toHaveLength(2);
  return settled;
}

describe('two creates that differ only in what one of them lacks, in swapped responses', () => {
  const schedule = { startTime: '2030-01-01T00:00:00Z' };
  const [statusCallback, smsStatusCallback] = ['https://x.example.com/a', 'https://x.example.com/b'];

  describe.each([
    ['a start', { schedule }],
    ['an end', { schedule: { endTime: '2031-01-01T00:00:00Z' } }],
    ['a callback address', { statusCallback }],
    ['a callback address for messages, which no response to a create has', { smsStatusCallback }],
    ['a start and both callback addresses', { schedule, statusCallback, smsStatusCallback }],
  ])('%s', (_what, more) => {
    it.each([
      ['that lacks it', 0],
      ['that has it', 1],
    ])('each gets its own where the one %s is answered first', async (_which, first) => {
      const asStored = (request: SeenRequest) => moved(request, 0);
      const results = await createSwapped([{}, more], asStored, first, { sms_status_callback: null });
      expect(results.map(({ sid, codes }) => [sid, codes])).toEqual([
        ['made 0', []],
        ['made 1', []],
      ]);
    });
  });
});

describe('two creates in swapped responses, where the upstream rewrites every campaign', () => {
  const hourMs = 3_600_000;
  const worlds: readonly [how: string, rewrite: (request: SeenRequest) => Changes][] = [
    ['to another sender', (request) => ({ ...moved(request, 0), sender_id: 'BRAND' })],
    ['to another SMS type', (request) => ({ ...moved(request, 0), sms_type: 'transactional_opt_in' })],
    ['to a start 20 minutes later', (request) => moved(request, 20 * 60_000, 0)],
    ['to a start 2 hours later', (request) => moved(request, 2 * hourMs)],
    ['to times in a wrong zone', (request) => moved(request, 5.5 * hourMs)],
    ['to an end a day later', (request) => moved(request, 0, dayMs)],
  ];
  const [start, later] = ['2030-01-01T00:00:00Z', '2030-03-01T00:00:00Z'] as const;
  const pairs: readonly [
    what: string,
    one: Partial<CreateCampaignInput>,
    other: Partial<CreateCampaignInput>,
  ][] = [
    ['names', {}, { name: `${diwali.name} again` }],
    ['template ids', {}, { dltTemplateId: '1007000000000000099' }],
    ['starts', { schedule: { startTime: start } }, { schedule: { startTime: later } }],
    ['ends', { schedule: { endTime: start } }, { schedule: { endTime: later } }],
    ['a start that one lacks', {}, { schedule: { startTime: start } }],
    ['senders and an end that one lacks', {}, { senderId: 'OTHERS', schedule: { endTime: later } }],
    [
      'callbacks',
      { statusCallback: 'https://x.example.com/a' },
      { statusCallback: 'https://x.example.com/b' },
    ],
    ['a callback that one lacks', {}, { statusCallback: 'https://x.example.com/a' }],
  ];

  describe.each(worlds)('%s', (_how, rewrite) => {
    it.each(pairs)('never get the campaign of the other, if they differ in %s', async (_what, one, other) => {
      const results = await createSwapped([one, other], rewrite);
      results.forEach(({ sid, codes }, index) => {
        expect(sid ?? codes.join()).toBe(sid === undefined ? 'OUTCOME_UNKNOWN' : `made ${index}`);
      });
    });
  });
});
