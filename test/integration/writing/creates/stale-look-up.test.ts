import { expect, it } from '@jest/globals';
import { createdSid, inputs, rowOf } from '../../../support/writing/creating.js';
import { startScripted } from '../../../support/gateway/setup.js';

type Row = ReturnType<typeof rowOf>;

it('a create whose campaign was given to an identical one, after the list was read, takes the campaign of that one', async () => {
  const rows: Row[] = [];
  let release = (): void => undefined;
  let held = (): void => undefined;
  const isHeld = new Promise<void>((resolve) => (held = resolve));
  const { gateway, methods } = await startScripted((request, response) => {
    if (request.method === 'POST') {
      rows.unshift(rowOf(request, { sid: `made-${rows.length}` })); // the latest first
      response.destroy();
      return undefined;
    }
    const query = new URLSearchParams(request.target.split('?')[1]);
    const [offset, limit] = [Number(query.get('offset')), Number(query.get('limit'))];
    // The search by name lags, and then shows the earlier campaign first.
    const named = rows.length < 2 ? [] : rows.toReversed();
    const shown = (query.has('name') ? named : rows).slice(offset, offset + limit);
    const metadata = { count: shown.length, offset, limit, total: rows.length };
    const json = {
      http_code: 200,
      metadata: query.has('name') ? { ...metadata, total: named.length } : metadata,
      response: shown.map((data) => ({ code: 200, status: 'success', data })),
    };
    if (query.has('name') || rows.length > 1) return { json };
    release = () => response.end(JSON.stringify(json));
    held();
    return undefined;
  });
  const [first, second] = inputs(2, 'all the same', 2);
  if (!first || !second) throw new Error('there are two');
  const one = createdSid(gateway, first);
  await isHeld; // the list has the first campaign alone
  expect(await createdSid(gateway, second)).toBe('made-0');
  release();
  expect(await one).toBe('made-1');
  expect(methods().filter((method) => method === 'POST')).toHaveLength(2);
});
