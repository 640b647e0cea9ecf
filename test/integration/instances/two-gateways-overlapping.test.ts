import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { documentedCampaign } from '../../fixtures/documented-answer.js';
import { ask } from '../../support/clients/ask.js';
import { leaveAll, subscribe } from '../../support/clients/subscribing.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import {
  redisOfSuite,
  startTwoGateways,
  type TwoGateways,
  until,
} from '../../support/gateway/two-gateways.js';
import { describeWithRedis } from '../../support/programs/redis.js';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/upstream/scripted-upstream.js';
import { answerOf } from '../../support/writing/creating.js';

interface Shown {
  readonly name: string;
  readonly template: string;
}

const rounds = 40;

describeWithRedis('two updates through two gateways that are answered at the same time', () => {
  const redis = redisOfSuite();
  let upstream: ScriptedUpstream;
  let two: TwoGateways;
  let sid: string;

  beforeEach(async () => {
    let campaign = documentedCampaign({ status: 'created', name: 'name 0', template: 'text 0' });
    sid = String(campaign['sid']);
    const held: (() => void)[] = [];
    upstream = await startScriptedUpstream(({ method, body }, response) => {
      if (method !== 'PUT') return answerOf(campaign);
      campaign = { ...campaign, ...(JSON.parse(body) as object) };
      const answer = JSON.stringify(answerOf(campaign).json);
      held.push(() => response.writeHead(200, { 'content-type': 'application/json' }).end(answer));
      if (held.length === 2) for (const send of held.splice(0)) send();
      return undefined;
    });
    two = await startTwoGateways(upstream.baseUrl, redis, { EXOTEL_RATE_LIMIT: '0' });
  });
  afterEach(async () => {
    await leaveAll();
    await two.close();
    await upstream.close();
  });

  async function update(gateway: GatewayUnderTest, fields: string): Promise<void> {
    const mutation = `mutation { updateCampaign(sid: "${sid}", input: { ${fields} }) { userErrors { message } } }`;
    expect(await ask(gateway, mutation)).toMatchObject({ data: { updateCampaign: { userErrors: [] } } });
  }
  async function shownBy(gateway: GatewayUnderTest): Promise<Shown | undefined> {
    const { data } = await ask<{ campaign: Shown }>(gateway, `{ campaign(sid: "${sid}") { name template } }`);
    return data?.campaign;
  }

  /** Both updates of a round, and the campaign that each gateway shows after them. */
  async function updateBoth(round: number): Promise<(Shown | undefined)[]> {
    await Promise.all([update(two.a, `name: "name ${round}"`), update(two.b, `template: "text ${round}"`)]);
    return Promise.all([two.a, two.b].map(shownBy));
  }

  it('are both shown by the next query, through either gateway', async () => {
    for (let round = 1; round <= rounds; round += 1) {
      const both = { name: `name ${round}`, template: `text ${round}` };
      expect(await updateBoth(round)).toEqual([both, both]);
    }
  });

  it('are published in order: no subscriber sees the campaign go back', async () => {
    const query = `subscription { campaignUpdated(sid: "${sid}") { name template } }`;
    const subscribers = await Promise.all(
      [two.a, two.b].map(({ url }) => subscribe<{ campaignUpdated: Shown }>(url, 'ws', query)),
    );
    for (let round = 1; round <= rounds; round += 1) await updateBoth(round);
    for (const { events } of subscribers) {
      const last = `name ${rounds} text ${rounds}`;
      const shown = () => events.map(({ campaignUpdated: { name, template } }) => `${name} ${template}`);
      await until(() => shown().at(-1) === last);
      const changes = shown().map((text) =>
        text.match(/\d+/g)?.reduce((sum, count) => sum + Number(count), 0),
      );
      expect(changes).toEqual([...changes].sort((one = 0, other = 0) => one - other));
    }
  });
});
