import { afterEach, beforeEach, expect } from '@jest/globals';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { ask, type ReportedAnswer } from '../clients/ask.js';
import { credentials, type GatewayUnderTest } from './gateway-under-test.js';
import { redisOfSuite, sharedKey, startTwoGateways, type TwoGateways, until } from './two-gateways.js';

const start = Date.parse('2026-05-01T10:00:00Z');
const hour = 3_600_000;

/** Two gateways of one account with two campaigns, before each test of a suite. */
export class TwoReaders {
  readonly list = '{ campaigns { nodes { sid name status } totalCount } }';
  /** The clock of all. */
  now = start;
  /** What happens to the calls of both gateways. */
  fault: Fault | undefined;
  sandbox!: Sandbox;
  two!: TwoGateways;
  /** The first campaign of the list. */
  sid = '';
  other = '';
  readonly #redis = redisOfSuite();

  /** Called in the `describe` of a suite. */
  constructor() {
    beforeEach(async () => {
      [this.now, this.fault] = [start, undefined];
      const clock = (): number => this.now;
      this.sandbox = await startSandbox({ ...credentials, clock, seed: 'empty', faults: () => this.fault });
      const planned = { status: 'scheduled', audience: 3, endsAt: start + 9 * hour } as const;
      const insert = (name: string, startsAt: number): string =>
        this.sandbox.state.insert({ ...planned, name, startsAt }).sid;
      this.other = insert('Other', start + hour);
      this.sid = insert('One', start + 2 * hour);
      this.two = await startTwoGateways(this.sandbox.baseUrl, this.#redis, {}, clock);
    });
    afterEach(async () => {
      await this.two.close();
      await this.sandbox.close();
    });
  }

  /** A query for a campaign; by default the first. */
  one(sid = this.sid): string {
    return `{ campaign(sid: "${sid}") { name status fetchedAt } }`;
  }

  /** A query for the messages of the first campaign. */
  messages(): string {
    return `{ campaign(sid: "${this.sid}") { messages { totalCount nodes { sid status } } } }`;
  }

  /** The answer to a query, which has no errors. */
  async read(
    gateway: GatewayUnderTest,
    query: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ReportedAnswer<unknown>> {
    const answer = await ask<unknown>(gateway, query, { headers: { 'x-upstream-report': '1', ...headers } });
    expect(answer.errors).toBeUndefined();
    return answer;
  }

  /** How many calls both make meanwhile. */
  async callsOf(work: () => Promise<unknown>): Promise<number> {
    const before = this.sandbox.calls.length;
    await work();
    return this.sandbox.calls.length - before;
  }

  /** Resolves once an entry of a kind is in Redis, which happens a moment after an answer. */
  isShared(kind: string): Promise<void> {
    const { client } = this.#redis;
    return until(async () => (await client.keys(sharedKey(`reading:${kind}*`))).length > 0);
  }

  /** Resolves once the campaign that Redis has contains a text. */
  isSharedWith(kind: string, text: string): Promise<void> {
    const { client } = this.#redis;
    return until(async () =>
      ((await client.get(sharedKey(`reading:${kind}:${this.sid}`))) ?? '').includes(text),
    );
  }
}

/** The first status of an answer. */
export function statusIn(answer: unknown): string {
  return /"status":"([A-Z_]+)"/.exec(JSON.stringify(answer))?.[1] ?? '';
}
