import { performance } from 'node:perf_hooks';
import { processCost } from '../process-cost.mjs';
import { median } from '../statistics.mjs';
import { shown, table } from '../table.mjs';
import { Client } from './client.mjs';
import { gatewayOn, sidAt } from './gateway.mjs';

const rowsOfPage = 50;
const readings = 100;

/** The two lists that can be long: what is asked, and how large a step on the way to the middle is. */
const lists = {
  campaigns: {
    sizes: [100, 1000, 10_000, 100_000],
    step: 200,
    query: `query Page($first: Int!, $after: String) {
      page: campaigns(first: $first, after: $after) {
        totalCount pageInfo { endCursor } nodes { sid name status stats { total } }
      }
    }`,
    pageOf: ({ page }) => page,
  },
  messages: {
    sizes: [100, 1000, 10_000, 100_000, 500_000],
    step: 500,
    query: `query Page($first: Int!, $after: String) {
      campaign(sid: "${sidAt(0)}") {
        page: messages(first: $first, after: $after) {
          totalCount pageInfo { endCursor } nodes { sid number status }
        }
      }
    }`,
    pageOf: ({ campaign }) => campaign.page,
  },
};

/**
 * What a page costs at the beginning and in the middle of a list of so many rows, and what it costs to get there.
 * @param {'campaigns' | 'messages'} kind
 * @param {boolean} quick the smaller half of the sizes only
 */
export async function longList(kind, upstream, quick) {
  const { sizes } = lists[kind];
  const rows = [];
  for (const size of quick ? sizes.slice(0, 2) : sizes) rows.push(await measureSize(kind, size, upstream));
  const head = [
    kind,
    'first page ms',
    'CPU ms',
    'calls',
    'middle page ms',
    'CPU ms',
    'calls',
    'to the middle: rows',
    'calls',
    's',
    'RSS MB',
  ];
  return {
    kind,
    rows,
    text: table(
      head,
      rows.map((row) => row.map((value) => shown(value))),
    ),
  };
}

async function measureSize(kind, size, upstream) {
  const { query, pageOf, step } = lists[kind];
  await upstream.set({ [kind]: size, campaigns: kind === 'campaigns' ? size : 100 });
  const gateway = await gatewayOn(upstream);
  const client = new Client(gateway.url);
  const page = async (first, after, fresh) => pageOf(await client.ask(query, { first, after }, fresh));
  const costOf = async (after) => {
    const latencies = [];
    const [before, callsBefore] = [processCost(gateway.pid), await upstream.calls()];
    for (let index = 0; index < readings; index += 1) {
      const askedAt = performance.now();
      const { totalCount } = await page(rowsOfPage, after, true);
      latencies.push(performance.now() - askedAt);
      if (totalCount !== size) throw new Error(`${totalCount} ${kind} in place of ${size}`);
    }
    const [after_, calls] = [processCost(gateway.pid), await upstream.calls()];
    return [median(latencies), (after_.cpuMs - before.cpuMs) / readings, (calls - callsBefore) / readings];
  };
  try {
    await costOf(null); // warms up
    const first = await costOf(null);
    const [startedAt, callsBefore] = [performance.now(), await upstream.calls()];
    let walked = 0;
    let after = null;
    while (walked < size / 2) {
      const { nodes, pageInfo } = await page(Math.min(step, size / 2 - walked), after, false);
      walked += nodes.length;
      after = pageInfo.endCursor;
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const walkCalls = (await upstream.calls()) - callsBefore;
    const { rssMb } = processCost(gateway.pid);
    return [size, ...first, ...(await costOf(after)), walked, walkCalls, seconds, rssMb];
  } finally {
    client.close();
    await gateway.close();
  }
}
