import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { type Browser, type Page } from 'playwright-core';
import { WebSocketServer } from 'ws';
import { type Gateway } from '../../../src/app/gateway.js';
import { watchCampaign } from '../../../src/server/graphiql/examples.js';
import { findBrowser, launchBrowser } from '../../support/frontend/browser.js';
import { play, playAndWatch, replaceInVariables } from './graphiql-live-under-test.js';
import {
  type GraphqlAnswer,
  openGraphiql,
  openTab,
  runTab,
  startFastGatewayUnderTest,
} from './graphiql-under-test.js';

const executable = findBrowser(); // where there is none, graphiql.test.ts says so
const createTab = 3;
const watchTab = 4;
/** In the variables of the tab: the test for an invalid one leaves its own. */
const watchedSid = new RegExp(`${String(watchCampaign.variables?.['sid'])}|nobody`);

(executable === undefined ? describe.skip : describe)('subscriptions in GraphiQL', () => {
  let gateway: Gateway;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const upgrades = jest.spyOn(WebSocketServer.prototype, 'handleUpgrade');
  /** Of each WebSocket that the gateway has had, whether its end of it is closed. */
  const areClosed = (): boolean[] => upgrades.mock.calls.map(([, socket]) => socket.destroyed);

  beforeAll(async () => {
    gateway = await startFastGatewayUnderTest();
    browser = await launchBrowser(executable ?? '');
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (said) => said.type() === 'error' && complaints.push(said.text()));
    await openGraphiql(page, gateway.url);
  });
  afterAll(async () => {
    await browser.close();
    await gateway.close();
    upgrades.mockRestore();
  });
  beforeEach(() => {
    upgrades.mockClear();
    complaints.splice(0);
  });

  it('show each change of a campaign, and end at the gateway when the user stops them', async () => {
    await runTab(page, watchTab, 3, 'ResumeToWatch');
    const counts = new Set<number>();
    for await (const { data } of playAndWatch(page, 'WatchCampaign')) {
      const { status, stats } = campaignIn(data);
      expect(status).toBe('IN_PROGRESS');
      counts.add(stats.sent);
      if (counts.size === 3) break;
    }
    expect([...counts]).toEqual([...counts].sort((a, b) => a - b));
    expect(areClosed()).toEqual([false]);

    const closed = upgrades.mock.calls.map(([, socket]) => once(socket, 'close'));
    await page.getByRole('button', { name: 'Stop query' }).click();
    await Promise.all(closed);
    expect(areClosed()).toEqual([true]);
    await page.getByRole('button', { name: 'Execute query' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('show the errors of an invalid subscription', async () => {
    await openTab(page, watchTab);
    await replaceInVariables(page, watchedSid, 'nobody');
    await play(page, 'WatchCampaign');
    const response = page.locator('.graphiql-response .view-line');
    await response.filter({ hasText: '"code": "BAD_USER_INPUT"' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('show a campaign created in GraphiQL from its start to its end', async () => {
    const { data } = await runTab(page, createTab, 1);
    const { campaign } = data?.['createCampaign'] as { readonly campaign: { readonly sid: string } };
    await openTab(page, watchTab);
    await replaceInVariables(page, watchedSid, campaign.sid);
    const statuses: string[] = [];
    for await (const answer of playAndWatch(page, 'WatchCampaign')) {
      const { status, stats } = campaignIn(answer.data);
      if (statuses.at(-1) !== status) statuses.push(status);
      if (status !== 'COMPLETED') continue;
      expect(stats.sent).toBeGreaterThan(0);
      break;
    }
    expect(statuses.slice(-2)).toEqual(['IN_PROGRESS', 'COMPLETED']);
    expect(complaints).toEqual([]);
  });
});

interface Shown {
  readonly status: string;
  readonly stats: Readonly<Record<'total' | 'sent' | 'failed', number>>;
}

function campaignIn(data: GraphqlAnswer['data']): Shown {
  return data?.['campaignUpdated'] as Shown;
}
