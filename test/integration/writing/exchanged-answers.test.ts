import { describe, expect, it } from '@jest/globals';
import { type CreateCampaignInput } from '../../operations/generated.js';
import { until } from '../../support/clients/subscribing.js';
import { startScripted } from '../../support/gateway/setup.js';
import { type SeenRequest } from '../../support/upstream/scripted-upstream.js';
import { answerOf, create, createdSid, diwali, rowOf } from '../../support/writing/creating.js';

/** Everything that the upstream has. */
let rows: ReturnType<typeof rowOf>[];

describe('two creates that differ only in what one of them lacks, in swapped responses', () => {
  const schedule = { startTime: '2030-01-01T00:00:00Z' };
  const [statusCallback, smsStatusCallback] = ['https://x.example.com/a', 'https://x.example.com/b'];
  /** The schedule as the upstream stores it: 10 minutes after the creation where none was sent, for 30 days. */
  const stored = ({ body }: SeenRequest) => {
    const { schedule: sent } = JSON.parse(body) as { schedule?: { start_time?: string; end_time?: string } };
    const start = Date.parse(sent?.start_time ?? new Date(Date.now() + 600_000).toISOString());
    const end = sent?.end_time ?? new Date(start + 30 * 86_400_000).toISOString();
    return { start_time: new Date(start).toISOString(), end_time: end };
  };

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
      const held: (() => void)[] = [];
      rows = [];
      const { gateway, methods } = await startScripted((request, response) => {
        if (request.method !== 'POST') {
          const sid = /message-campaigns\/([^/?]+)/.exec(request.target)?.[1];
          return answerOf(
            sid === undefined ? rows : rows.filter((row) => row.sid === decodeURIComponent(sid)),
          );
        }
        const index = rows.length;
        rows.push(rowOf(request, { sid: `made ${index}`, schedule: stored(request) }));
        held.push(() =>
          response.end(JSON.stringify(answerOf([{ ...rows[1 - index], sms_status_callback: null }]).json)),
        );
        if (held.length < 2) return undefined;
        held[first]?.();
        setImmediate(() => setImmediate(() => held[1 - first]?.()));
        return undefined;
      });
      const asked = [
        { ...diwali, idempotencyKey: 'without' },
        { ...diwali, ...more, idempotencyKey: 'with' },
      ];
      const one = createdSid(gateway, asked[0] ?? diwali);
      await until(() => rows.length === 1);
      const other = createdSid(gateway, asked[1] ?? diwali);
      expect(await Promise.all([one, other])).toEqual(['made 0', 'made 1']);
      expect(methods().filter((method) => method === 'POST')).toHaveLength(2);
    });
  });
});

describe('two creates in swapped responses, where the upstream rewrites every campaign', () => {
  type Changes = Readonly<Record<string, unknown>>;
  type Sent = { schedule?: { start_time?: string; end_time?: string } };
  const [hourMs, dayMs] = [3_600_000, 86_400_000];
  /** The schedule that was sent, or the default, moved. */
  const moved = ({ schedule }: Sent, startMs: number, endMs = startMs): Changes => {
    const start = Date.parse(schedule?.start_time ?? new Date(Date.now() + 600_000).toISOString());
    const end = schedule?.end_time === undefined ? start + 30 * dayMs : Date.parse(schedule.end_time);
    const at = (ms: number): string => new Date(ms).toISOString();
    return { schedule: { start_time: at(start + startMs), end_time: at(end + endMs) } };
  };
  const worlds: readonly [how: string, rewrite: (sent: Sent) => Changes][] = [
    ['to another sender', (sent) => ({ ...moved(sent, 0), sender_id: 'BRAND' })],
    ['to another SMS type', (sent) => ({ ...moved(sent, 0), sms_type: 'transactional_opt_in' })],
    ['to a start 20 minutes later', (sent) => moved(sent, 20 * 60_000, 0)],
    ['to a start 2 hours later', (sent) => moved(sent, 2 * hourMs)],
    ['to times in a wrong zone', (sent) => moved(sent, 5.5 * hourMs)],
    ['to an end a day later', (sent) => moved(sent, 0, dayMs)],
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
      const held: (() => void)[] = [];
      rows = [];
      const { gateway, methods } = await startScripted((request, response) => {
        if (request.method !== 'POST') {
          const sid = /message-campaigns\/([^/?]+)/.exec(request.target)?.[1];
          return answerOf(
            sid === undefined ? rows : rows.filter((row) => row.sid === decodeURIComponent(sid)),
          );
        }
        const index = rows.length;
        rows.push(rowOf(request, { ...rewrite(JSON.parse(request.body) as Sent), sid: `made ${index}` }));
        held.push(() => response.end(JSON.stringify(answerOf([rows[1 - index] ?? {}]).json)));
        if (held.length === 2) for (const answer of held) answer();
        return undefined;
      });
      const first = create(gateway, { ...diwali, ...one, idempotencyKey: 'one' });
      await until(() => rows.length === 1);
      const second = create(gateway, { ...diwali, ...other, idempotencyKey: 'other' });
      const results = await Promise.all([first, second]);
      results.forEach(({ sid, codes }, index) => {
        expect(sid ?? codes.join()).toBe(sid === undefined ? 'OUTCOME_UNKNOWN' : `made ${index}`);
      });
      expect(methods().filter((method) => method === 'POST')).toHaveLength(2);
    });
  });
});
