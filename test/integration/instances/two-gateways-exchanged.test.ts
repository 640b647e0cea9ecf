import { expect, it } from '@jest/globals';
import { type CreateCampaignInput } from '../../operations/generated.js';
import { closesAfterwards } from '../../support/closing.js';
import { startTwoGateways, redisOfSuite, until } from '../../support/gateway/two-gateways.js';
import { describeWithRedis } from '../../support/programs/redis.js';
import { startScriptedUpstream } from '../../support/upstream/scripted-upstream.js';
import { answerOf, createdSid, diwali, rowOf } from '../../support/writing/creating.js';

const differences: readonly [what: string, other: Partial<CreateCampaignInput>][] = [
  ['the sender', { senderId: 'OTHERS' }],
  ['the DLT template id', { dltTemplateId: '1007000000000000099' }],
  ['the DLT entity id', { dltEntityId: '1001000000000000099' }],
  ['a start that only one has', { schedule: { startTime: '2030-01-01T00:00:00Z' } }],
  ['a callback address that only one has', { smsStatusCallback: 'https://x.example.com/b' }],
  ['the name', { name: 'Holi offer' }],
];

describeWithRedis('two creates through two gateways, whose responses a proxy swaps', () => {
  const redis = redisOfSuite();

  it.each(differences)('keep their campaigns where they differ in %s', async (_what, other) => {
    const rows: ReturnType<typeof rowOf>[] = [];
    const held: (() => void)[] = [];
    const startMs = Date.now() + 600_000;
    const upstream = closesAfterwards(
      await startScriptedUpstream((request, response) => {
        if (request.method !== 'POST') {
          const sid = /message-campaigns\/([^/?]+)/.exec(request.target)?.[1];
          return answerOf(
            sid === undefined ? rows : rows.filter((row) => row.sid === decodeURIComponent(sid)),
          );
        }
        const index = rows.length;
        const { schedule } = JSON.parse(request.body) as { schedule?: { start_time?: string } };
        const start_time = schedule?.start_time ?? new Date(startMs).toISOString();
        const end_time = new Date(Date.parse(start_time) + 30 * 86_400_000).toISOString();
        rows.push(rowOf(request, { sid: `made ${index}`, schedule: { start_time, end_time } }));
        held.push(() =>
          response.end(JSON.stringify(answerOf([{ ...rows[1 - index], sms_status_callback: null }]).json)),
        );
        if (held.length === 2) for (const answer of held) answer();
        return undefined;
      }),
    );
    const { a, b } = closesAfterwards(await startTwoGateways(upstream.baseUrl, redis));
    const first = createdSid(a, { ...diwali, idempotencyKey: 'one' });
    await until(() => rows.length === 1);
    const second = createdSid(b, { ...diwali, ...other, idempotencyKey: 'other' });
    expect(await Promise.all([first, second])).toEqual(['made 0', 'made 1']);
    expect(upstream.seen.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });
});
