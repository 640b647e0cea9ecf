import { afterEach, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { change, type Changing } from '../../support/writing/creating.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { look, type SentAnswer, sent } from '../../support/clients/sent-bytes.js';
import { scrape } from '../../support/gateway/scraping.js';
import { runsOf } from '../../support/property-runs.js';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const statuses = ['created', 'scheduled', 'in-progress', 'paused', 'completed', 'archived'] as const;
const writes: readonly Changing[] = ['pause', 'resume', 'complete', 'archive', 'update'];
const campaigns = 3;

/** What may happen, to or by a campaign. */
type Step =
  | { readonly kind: 'ask'; readonly query: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'move'; readonly of: number; readonly to: (typeof statuses)[number] }
  | { readonly kind: 'write'; readonly of: number; readonly what: Changing }
  | { readonly kind: 'insert' }
  | { readonly kind: 'noCache'; readonly query: number };

const queriesOf = ([a = '', b = '', c = '']: readonly string[]): readonly string[] => [
  `{ campaign(sid: "${a}") { status stats { sent } fetchedAt } }`,
  `{ campaign(sid: "${b}") { name status messages(first: 3) { totalCount nodes { sid status campaign { name } } } } }`,
  `{ campaign(sid: "${c}") { sid messages(first: 60) { nodes { status } } } }`,
  `{ a: campaign(sid: "${a}") { status } b: campaign(sid: "${b}") { status } none: campaign(sid: "none") { name } }`,
  '{ campaigns(first: 2) { totalCount pageInfo { endCursor } nodes { sid status fetchedAt } } }',
  `{ campaigns(first: 5) { nodes { status messages(first: 1) { nodes { status } } } } campaign(sid: "${c}") { status } }`,
  `{ _entities(representations: [{ __typename: "Campaign", sid: "${a}" }, { __typename: "Campaign", sid: "${c}" }]) { ... on Campaign { status } } }`,
];

const query = fc.nat(queriesOf([]).length - 1);
const of = fc.nat(campaigns - 1);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('ask' as const), query }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        ms: fc.constantFrom(1, 900, 2100, 5001, 16_000),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('move' as const), of, to: fc.constantFrom(...statuses) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('write' as const), of, what: fc.constantFrom(...writes) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('insert' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('noCache' as const), query }) },
  ),
  { minLength: 8, maxLength: 25 },
);

let now = Date.parse('2026-05-01T10:00:00Z');
let words = 0;

async function take(step: Step, sids: readonly string[], sandbox: Sandbox, gateway: GatewayUnderTest) {
  const sid = 'of' in step ? (sids[step.of] ?? '') : '';
  const text = 'query' in step ? (queriesOf(sids)[step.query] ?? '') : '';
  if (step.kind === 'wait') now += step.ms;
  else if (step.kind === 'move') sandbox.state.setStatus(sid, step.to);
  else if (step.kind === 'write') await change(gateway, step.what, sid);
  else if (step.kind === 'insert') sandbox.state.insert({ status: 'in-progress' });
  else if (step.kind === 'noCache') await sent(gateway, { query: text }, { 'cache-control': 'no-cache' });
  else {
    const { looked, ...answer } = await look(gateway, { query: text });
    if (looked !== 'hit') return; // it was made just now, and may have read what is at hand from here on
    const made = await sent(gateway, { query: `${text} # ${(words += 1)}` }); // other bytes: GraphQL is asked
    expect(withoutAge(answer)).toEqual(withoutAge(made));
    expect(secondsOf(answer)).toBeLessThanOrEqual(secondsOf(made)); // less: it took a list to find what is now at hand
  }
}

function withoutAge({ headers, ...rest }: SentAnswer) {
  return { ...rest, headers: { ...headers, 'cache-control': '' } };
}

function secondsOf({ headers }: SentAnswer): number {
  return Number(/^max-age=(\d+), public$/.exec(String(headers['cache-control']))?.[1] ?? 0);
}

it('a cached response equals a new execution after any sequence of reads, writes and changes (model)', async () => {
  const sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'empty' });
  opened.push(sandbox);
  const gateway = await startGatewayOn(sandbox.baseUrl, { LOG_LEVEL: 'silent' }, () => now);
  opened.push(gateway);
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const sids = Array.from({ length: campaigns }, () =>
        sandbox.state.insert({ status: 'in-progress', audience: 70 }),
      ).map(({ sid }) => sid);
      for (const step of taken) await take(step, sids, sandbox, gateway);
    }),
    { numRuns: runsOf(30) },
  );
  const name = 'campaign_gateway_response_cache_lookups_total';
  const page = await scrape(gateway);
  expect(page.value(name, { result: 'hit' })).toBeGreaterThan(10); // or nothing was shown
  expect(page.value(name, { result: 'stale' })).toBeGreaterThan(10);
});
