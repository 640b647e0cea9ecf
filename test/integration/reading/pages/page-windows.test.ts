import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CampaignPageDocument } from '../../../operations/generated.js';
import { type GatewayUnderTest, startGatewayOn } from '../../../support/gateway/gateway-under-test.js';
import {
  type ListingRow,
  type ListingUpstream,
  startListingUpstream,
} from '../../../support/upstream/listing-upstream.js';
import { type WalkStep } from '../../../support/operations/page-walk.js';

let now = Date.parse('2026-05-01T10:00:00Z');
let upstream: ListingUpstream;
let gateway: GatewayUnderTest;

const rowsOf = (prefix: string, count: number): ListingRow[] =>
  Array.from({ length: count }, (_, index) => ({
    sid: `${prefix}-${String(index)}`,
    at: `2026-05-02T10:${String(59 - Math.floor(index / 4)).padStart(2, '0')}:00+05:30`,
  }));
const rows = rowsOf('row', 130);

beforeAll(async () => {
  upstream = await startListingUpstream();
  gateway = await startGatewayOn(upstream.baseUrl, {}, () => now);
});
beforeEach(async () => {
  now += 3_600_001;
  upstream.rows = rows;
  await read({ first: 20 });
  upstream.forgetCalls();
  now += 3000; // the first window is fresh still, and too old to be of one list with one that is read now
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

async function read(step: WalkStep): Promise<string[]> {
  const { campaigns } = await gateway.data(CampaignPageDocument, step);
  return campaigns.edges.map(({ node }) => node?.sid ?? 'unreadable');
}
const sidsOf = (some: readonly ListingRow[]): string[] => some.map(({ sid }) => sid);

describe('a page whose windows were read at different times', () => {
  it('reads the older ones again, and no window twice', async () => {
    expect(await read({ first: 120 })).toEqual(sidsOf(rows.slice(0, 120)));
    expect([...upstream.calls].sort()).toEqual(['0+50', '100+50', '50+50']);
  });

  it('reads all of them again if the list has moved', async () => {
    upstream.rows = [...rowsOf('new', 3), ...rows];
    expect(await read({ first: 100 })).toEqual(sidsOf(upstream.rows.slice(0, 100)));
    expect([...upstream.calls].sort()).toEqual(['0+50', '50+50', '50+50']);
  });

  it('follows a cursor in the older one to the new place of its row', async () => {
    const { campaigns } = await gateway.data(CampaignPageDocument, { first: 45 });
    upstream.rows = [...rowsOf('new', 40), ...rows];
    const after = campaigns.pageInfo.endCursor ?? null;
    expect(await read({ first: 20, after })).toEqual(sidsOf(rows.slice(45, 65)));
  });
});
