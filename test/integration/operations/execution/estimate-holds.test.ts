import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchCallsOf } from '../../../../src/operations/cost/operation-cost.js';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import { ask } from '../../../support/clients/ask.js';
import { CostUnderTest } from '../../../support/operations/cost-check.js';
import { estimateOf } from '../../../support/operations/estimate.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';
import {
  type Listed,
  type RandomOperation,
  randomMutation,
  randomQuery,
} from '../../../support/operations/random-operation.js';
import { limitOf, runsOf } from '../../../support/property-runs.js';

const start = Date.parse('2026-05-01T10:00:00Z');
const dayMs = 86_400_000;
const limit = 120;
/** How many operations are tried, and for how long. */
const runs = { queries: runsOf(50), mutations: runsOf(30), forMs: 20_000 };
const windowRows = { campaigns: 50, messages: 50 };
let sandbox: Sandbox;
let cost: CostUnderTest;
let listed: Listed;

beforeAll(async () => {
  // The estimates of the test know nothing of larger pages, and neither does this upstream.
  sandbox = await startSandbox({ ...credentials, clock: () => start, seed: 'empty', messagePageMaximum: 50 });
  const statuses = ['scheduled', 'in-progress', 'paused', 'completed', 'archived'] as const;
  for (let index = 0; index < 130; index += 1)
    sandbox.state.insert({
      name: `Campaign ${String(index)}`,
      status: statuses[index % 5],
      audience: index % 10 === 0 ? 520 : 90,
      startsAt: start - 3_600_000 - index * 60_000,
    });
  cost = await CostUnderTest.start();
});
afterAll(() => sandbox.close());

const sidsOf = '{ campaigns(first: 130) { edges { cursor node { sid } } } }';
const messagesOf = (sid: string): string =>
  `{ campaign(sid: "${sid}") { messages(first: 130) { edges { cursor } } } }`;

interface Edges {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly sid: string } }[];
}

/** Every 13th cursor, and those at both ends of a window. */
function some(cursors: readonly string[]): string[] {
  return cursors.filter((_, index) => index % 13 === 0 || [0, 1, 42, 48, 49].includes(index % 50));
}

async function look(gateway: GatewayUnderTest): Promise<Listed> {
  const { data } = await ask<{ campaigns: Edges }>(gateway, sidsOf);
  const edges = data?.campaigns.edges ?? [];
  const sids = edges.map(({ node }) => node.sid).filter((_, index) => index % 11 === 0);
  const messages: Record<string, string[]> = {};
  for (const sid of sids) {
    const page = await ask<{ campaign: { messages: Edges } }>(gateway, messagesOf(sid));
    messages[sid] = some((page.data?.campaign.messages.edges ?? []).map(({ cursor }) => cursor));
  }
  return { sids, campaigns: some(edges.map(({ cursor }) => cursor)), messages };
}

/** Resolves once the upstream is asked for nothing more. */
async function quiet(): Promise<void> {
  const isAnswered = (): boolean => sandbox.calls.every(({ status }) => status !== 0);
  let seen = -1;
  // On a busy machine the gateway takes a while between a response and its next call.
  for (let quietTurns = 0; quietTurns < 4; quietTurns += 1) {
    if (seen !== sandbox.calls.length || !isAnswered()) quietTurns = 0;
    seen = sandbox.calls.length;
    await setTimeout(50);
  }
}

describe.each(['on', 'off'])('with CACHE=%s', (cache) => {
  let gateway: GatewayUnderTest;
  let now = start;

  beforeAll(async () => {
    const limits = {
      MAX_UPSTREAM_CALLS: String(limit),
      MAX_PAGE_ROWS: '50', // the trial of a larger page is a call more (docs/reading.md, cost)
      MAX_ANSWER_VALUES: '0',
      MAX_ANSWER_BYTES: '0',
      MAX_QUERY_DEPTH: '0',
      MAX_QUERY_ALIASES: '0',
      MAX_QUERY_DIRECTIVES: '0',
    };
    gateway = await startGatewayOn(sandbox.baseUrl, { CACHE: cache, ...limits }, () => now);
    listed = await look(gateway);
  });
  afterAll(() => gateway.close());

  /** What an operation costs that finds nothing kept, its estimate, and whether anything was answered. */
  async function run({ query, variables }: RandomOperation) {
    now += 3 * dayMs; // whatever was read is too old
    sandbox.calls.splice(0);
    const { text } = await gateway.send({ query, variables });
    const { data, errors } = JSON.parse(text) as {
      data?: Readonly<Record<string, unknown>> | null;
      errors?: { extensions?: { code?: string } }[];
    };
    // An error, or a campaign that is not there, may be answered while other fields are still being read.
    if (
      errors ||
      Object.values(data ?? {})
        .flat()
        .includes(null)
    )
      await quiet();
    const codes = errors?.map(({ extensions }) => extensions?.code) ?? [];
    const estimate = estimateOf(query, variables, windowRows, batchCallsOf(limit));
    return { calls: sandbox.calls.length, estimate, text, codes, isAnswered: data != null };
  }

  async function holds(operations: fc.Arbitrary<RandomOperation>, numRuns: number): Promise<void> {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(operations, async (operation) => {
        const { calls, estimate, text, codes, isAnswered } = await run(operation);
        expect(codes).not.toContain('INTERNAL_SERVER_ERROR');
        expect(codes).not.toContain('GRAPHQL_VALIDATION_FAILED');
        if (estimate > limit) expect({ codes, calls }).toEqual({ codes: ['QUERY_TOO_EXPENSIVE'], calls: 0 });
        else expect(codes).not.toContain('QUERY_TOO_EXPENSIVE');
        expect(calls).toBeLessThanOrEqual(estimate);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(
          cost.size(operation.query, operation.variables).bytes,
        );
        if (isAnswered) answered += 1;
      }),
      { numRuns, ...limitOf(runs.forMs) },
    );
    expect(answered).toBeGreaterThan(10);
  }

  it('no query costs more calls, or has more bytes, than estimated', () =>
    holds(
      fc.constant(0).chain(() => randomQuery(listed)),
      runs.queries,
    ));

  it('no mutation does', () =>
    holds(
      fc.constant(0).chain(() => randomMutation(listed)),
      runs.mutations,
    ));
});
