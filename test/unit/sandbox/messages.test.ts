import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dataOf, SandboxUnderTest, type WireCampaign, type WireMessage } from './sandbox-under-test.js';

let test: SandboxUnderTest;
beforeAll(async () => {
  test = await SandboxUnderTest.start({ seed: 'demo' });
});
afterAll(async () => {
  await test.stop();
});

function counted(messages: WireMessage[], stats: Record<string, number>): Record<string, number> {
  const counts = Object.fromEntries(Object.keys(stats).map((key) => [key, 0]));
  for (const { status } of messages) {
    const key = status.replaceAll('_', '-');
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

describe('the campaign of 5,000 messages', () => {
  let festive: WireCampaign;
  let messages: WireMessage[];

  beforeAll(async () => {
    const [row] = dataOf(await test.list('&name=Festive offer to all customers'));
    if (row === undefined) throw new Error('no festive offer');
    festive = row;
    messages = [];
    while (messages.length < 5_000) {
      const { sid } = festive;
      const received = await test.messages(
        sid,
        `&limit=500&offset=${messages.length}&sort_by=schedule_time:asc`,
      );
      expect(received.body.metadata?.total).toBe(5_000);
      messages.push(...dataOf(received));
    }
  });

  it('has pages that contain each message once', () => {
    expect(messages).toHaveLength(5_000);
    expect(new Set(messages.map((message) => message.sid)).size).toBe(5_000);
  });

  it('fits in one page, as messages have no documented maximum', async () => {
    const received = await test.messages(festive.sid, '&limit=5000&sort_by=schedule_time:asc');
    expect(dataOf(received)).toEqual(messages);
  });

  it('is completed, with stats that match its messages', () => {
    expect(festive).toMatchObject({ status: 'completed', state: 'list-completed' });
    expect(festive.report_url).toMatch(/^https:.*\.csv$/);
    expect(festive.stats).toEqual(counted(messages, festive.stats));
    expect(Object.values(festive.stats).filter((count) => count > 0).length).toBeGreaterThan(4);
  });

  it('is sorted by schedule_time in both directions, and by date_created', async () => {
    const times = messages.map((message) => Date.parse(message.schedule_time));
    expect(times).toEqual([...times].sort((one, other) => one - other));
    const newest = messages.slice(-20).reverse();
    expect(dataOf(await test.messages(festive.sid, '&sort_by=schedule_time:desc'))).toEqual(newest);
    expect(dataOf(await test.messages(festive.sid, '&sort_by=date_created:desc'))).toEqual(newest);
    expect(dataOf(await test.messages(festive.sid))).toEqual(newest);
  });

  it('is filtered by exact number only', async () => {
    const number = messages[1234]?.number ?? '';
    const found = dataOf(await test.messages(festive.sid, `&number=${encodeURIComponent(number)}`));
    expect(found).toContainEqual(messages[1234]);
    expect(found.every((message) => message.number === number)).toBe(true);
    const part = encodeURIComponent(number.slice(0, -1));
    expect(dataOf(await test.messages(festive.sid, `&number=${part}`))).toEqual([]);
  });
});

it('the stats of every campaign match its messages', async () => {
  for (const offset of [0, 50, 100]) {
    for (const row of dataOf(await test.list(`&limit=50&offset=${offset}`))) {
      const messages = dataOf(await test.messages(row.sid, '&limit=5000'));
      expect(counted(messages, row.stats)).toEqual(row.stats);
    }
  }
});
