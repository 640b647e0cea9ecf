import { type ServerResponse } from 'node:http';
import { expect, it } from '@jest/globals';
import { startGatewayOn } from '../../../support/gateway/gateway-under-test.js';
import { closesAfterwards } from '../../../support/closing.js';
import { startScriptedUpstream } from '../../../support/upstream/scripted-upstream.js';
import { until } from '../../../support/clients/subscribing.js';
import { createdSid, diwali, rowOf } from '../../../support/writing/creating.js';

const hourMs = 3_600_000;

/** A page of 50 rows at most. */
function pageOf(rows: readonly object[], query: URLSearchParams) {
  const [offset, limit] = [Number(query.get('offset')), Math.min(50, Number(query.get('limit')))];
  const shown = rows.slice(offset, offset + limit);
  const metadata = { count: shown.length, offset, limit, total: rows.length };
  return {
    http_code: 200,
    metadata,
    response: shown.map((data) => ({ code: 200, status: 'success', data })),
  };
}

it('searches for creates that were lost together share the windows that they read', async () => {
  let nowMs = Date.now();
  const startOf = (hours: number) => ({ start_time: new Date(nowMs + hours * hourMs).toISOString() });
  // The created campaigns are behind four windows of later ones.
  const later = Array.from({ length: 200 }, (_, index) =>
    rowOf({ body: '{}' } as Parameters<typeof rowOf>[0], {
      ...{ name: 'another', content_type: 'static', template: 'Another', lists: ['l'], sender_id: 'EXOTEL' },
      ...{ sms_type: 'transactional', sid: `other-${String(index)}`, schedule: startOf(500 - index) },
    }),
  );
  const count = 5; // eight failures in a row would open the circuit breaker
  const created: object[] = [];
  const unanswered: ServerResponse[] = [];
  let [lists, searches] = [0, 0];
  const upstream = closesAfterwards(
    await startScriptedUpstream((request, response) => {
      if (request.method === 'POST') {
        const sid = `made-${String(created.length)}`;
        created.push(rowOf(request, { sid, schedule: startOf(1) }));
        // All at once, however busy the machine is: none is in flight any more when the searches begin.
        unanswered.push(response);
        if (unanswered.length === count) for (const each of unanswered) each.destroy();
        return undefined;
      }
      const query = new URLSearchParams(request.target.split('?')[1]);
      if (query.has('name')) {
        searches += 1;
        return { json: pageOf([], query) }; // it finds nothing
      }
      lists += 1;
      return { json: pageOf([...later, ...created], query) };
    }),
  );
  const waiting: (() => void)[] = [];
  let hasPassed = false;
  const gateway = closesAfterwards(
    await startGatewayOn(
      upstream.baseUrl,
      { EXOTEL_RATE_LIMIT: '300' }, // so that a scan that is repeated finds room
      () => nowMs,
      async (ms) => {
        if (!hasPassed) return new Promise<void>((resolve) => waiting.push(resolve));
        const untilMs = nowMs + ms; // the waits of several creates overlap
        await new Promise(setImmediate);
        nowMs = Math.max(nowMs, untilMs);
      },
      { random: () => 0 },
    ),
  );
  const sids = Promise.all(
    Array.from({ length: count }, (_, index) =>
      createdSid(gateway, {
        ...diwali,
        name: `Offer ${String(index)}`,
        template: `Text of offer ${String(index)}`,
        idempotencyKey: `key-${String(index)}`,
      }),
    ),
  );
  await until(() => created.length === count && waiting.length >= count);
  expect(created).toHaveLength(count);
  expect(searches).toBeLessThan(count); // all have one word
  hasPassed = true; // on a busy machine a search may wait once more
  nowMs += 6000; // no request can be processed any more
  for (const resolve of waiting.splice(0)) resolve();
  const found = await sids;
  expect(new Set(found).size).toBe(count);
  expect(created).toHaveLength(count);
  expect(lists).toBeLessThan(3 * 5); // by themselves they would read 25
});
