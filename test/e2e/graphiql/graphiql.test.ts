import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { parse } from 'graphql';
import { type Browser, type Page } from 'playwright-core';
import { type Gateway } from '../../../src/app/gateway.js';
import { examples } from '../../../src/server/graphiql/examples.js';
import { findBrowser, launchBrowser } from '../../support/frontend/browser.js';
import { until } from '../../support/clients/subscribing.js';
import { openGraphiql, runTab, startGatewayUnderTest, tabNames } from './graphiql-under-test.js';

const executable = findBrowser();
const names = [
  'NewestCampaigns',
  'CampaignWithMessages',
  'ResumeCampaign',
  'CreateCampaign',
  'WatchCampaign',
];

/** Played instead of the first operation: a subscription shows nothing of a paused campaign. */
const firstPlayed = [undefined, undefined, undefined, undefined, 'ResumeToWatch'];

if (executable === undefined) {
  if (process.env['CI'])
    test('CI has a browser', () => {
      throw new Error('No Chromium was found on PATH: GraphiQL would go untested.');
    });
  // eslint-disable-next-line no-console -- a suite that did not run must not look like one that passed
  console.warn(
    'SKIPPED: GraphiQL in a browser. No Chromium was found on PATH; install it to run these tests.',
  );
}

(executable === undefined ? describe.skip : describe)('GraphiQL in a browser', () => {
  let gateway: Gateway;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    gateway = await startGatewayUnderTest();
    browser = await launchBrowser(executable ?? '');
  });
  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });
  // One visit for all: the page has nine megabytes, and a browser compiles them anew for each.
  beforeAll(async () => {
    complaints = [];
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    // A breach of the Content-Security-Policy is an error on the console too.
    page.on('console', (said) => said.type() === 'error' && complaints.push(said.text()));
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== 'data:' && origin !== gateway.url) complaints.push(`asked ${request.url()}`);
    });
    await openGraphiql(page, gateway.url);
  });

  it('opens each tab by one click of the mouse on a first visit', async () => {
    for (const index of [1, 2, 3, 4, 0]) {
      const box = await page.locator(`#graphiql-session-tab-${index}`).boundingBox();
      if (!box) throw new Error('no tab');
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      await page.waitForTimeout(60); // as long as a person presses
      await page.mouse.up();
      await page.locator(`.graphiql-tab-active #graphiql-session-tab-${index}`).waitFor();
      expect(await page.locator('.graphiql-tab-active').innerText()).toBe(names[index]);
    }
    expect(complaints).toEqual([]);
  });

  it('loads without an error, a policy violation or a request to another host', async () => {
    await runTab(page, 0, 1);
    expect(complaints).toEqual([]);
  });

  it('offers every example in a tab', async () => {
    expect(await tabNames(page)).toEqual(names);
  });

  // Before a tab is played by the name of one of its operations, which names it from then on.
  it.each([0, 1])('restores the same tabs after reloads, with tab %i open', async (index) => {
    await runTab(page, index, 1);
    // Not by waitForFunction, which evaluates texts in the page: its policy forbids that.
    const stored = () => page.evaluate<string | null>("localStorage.getItem('graphiql:tabState')");
    await until(async () => (await stored())?.includes(`"activeTabIndex":${index}`) === true);
    for (let reload = 0; reload < 2; reload += 1) {
      await page.reload();
      await page.locator('.graphiql-query-editor .view-line').first().waitFor();
      expect(await tabNames(page)).toEqual(names);
      expect(await page.locator('.graphiql-tab-active').innerText()).toBe(names[index]);
    }
  });

  it.each(names.map((name, index) => ({ name, index })))(
    'runs the unchanged tab $name',
    async ({ index }) => {
      const operations = parse(examples[index]?.document ?? '').definitions.length;
      const answer = await runTab(page, index, operations, firstPlayed[index]);
      expect(answer.errors).toBeUndefined();
      expect(answer.data).toBeTruthy();
      expect(JSON.stringify(answer)).not.toContain('"userErrors":[{');
      expect(complaints).toEqual([]);
    },
  );

  it('shows all of its title while a panel is open, in a window of 1280 pixels', async () => {
    await page.setViewportSize({ width: 1280, height: 720 });
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer').waitFor();
    const title = page.getByText('campaign-gateway', { exact: true });
    const box = await title.boundingBox();
    const cut = await page.evaluate<number>(
      "Math.max(...[...document.querySelectorAll('.graphiql-logo, .graphiql-logo *')].map((e) => e.scrollWidth - e.clientWidth))",
    );
    expect(cut).toBeLessThanOrEqual(0);
    expect((box?.x ?? Infinity) + (box?.width ?? 0)).toBeLessThanOrEqual(1280);
    await page.getByRole('button', { name: 'Hide Documentation Explorer' }).click();
    expect(complaints).toEqual([]);
  });

  it("shows the schema's descriptions in the docs", async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.locator('.graphiql-doc-explorer');
    await docs.getByRole('link', { name: 'Campaign', exact: true }).click();
    await docs.getByText('one text that is sent to one or more contact lists by a schedule').waitFor();
    await docs.getByText('Lifecycle status.').waitFor();
    expect(complaints).toEqual([]);
  });

  // The last one: the tabs have another order afterwards.
  it('moves a tab that is dragged', async () => {
    // One tab has the name of any of its operations: that of the one played, or of the first.
    const tabs = async () =>
      (await tabNames(page)).map((name) => (name === firstPlayed[4] ? names[4] : name));
    const box = await page.locator('#graphiql-session-tab-0').boundingBox();
    if (!box) throw new Error('no tab');
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + 40, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 2, y, { steps: 30 });
    await page.mouse.up();
    await until(async () => (await tabs())[0] !== names[0], 30_000, 'the new order');
    expect((await tabs()).sort()).toEqual([...names].sort());
  });
});
