import { expect, it } from '@jest/globals';
import { SentSids } from '../../../src/export/sent-sids.js';

const sids = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `sid-${String(from + index)}`);

it('sent sids are known, and no others, while their number grows', () => {
  const sent = new SentSids();
  for (const sid of sids(0, 50_000)) expect(sent.add(sid)).toBe(true);
  expect(sids(0, 50_000).every((sid) => sent.has(sid) && !sent.add(sid))).toBe(true);
  expect(sids(50_000, 50_000).some((sid) => sent.has(sid))).toBe(false);
});

it('of more than 786,432 sids the first are known, and later ones count as not sent', () => {
  const sent = new SentSids();
  for (const sid of sids(0, 786_432)) sent.add(sid);
  expect([sent.add('one more'), sent.add('one more'), sent.has('one more')]).toEqual([true, true, false]);
  expect([sent.add('sid-0'), sent.add('sid-786431')]).toEqual([false, false]);
});
