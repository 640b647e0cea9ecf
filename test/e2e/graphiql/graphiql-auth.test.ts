import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, type Page } from 'playwright-core';
import { readConfig } from '../../../src/config/config.js';
import { type Gateway, startGateway } from '../../../src/app/gateway.js';
import { watchCampaign } from '../../../src/server/graphiql/examples.js';
import { findBrowser, launchBrowser } from '../../support/frontend/browser.js';
import { entryOf, type KeysFile, writeKeys } from '../../support/clients/callers.js';
import { play, replaceInVariables } from './graphiql-live-under-test.js';
import { openGraphiql, openTab } from './graphiql-under-test.js';

const executable = findBrowser(); // where there is none, graphiql.test.ts says so
const watchTab = 4;

(executable === undefined ? describe.skip : describe)('GraphiQL of a gateway with authentication', () => {
  let keys: KeysFile;
  let gateway: Gateway;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    keys = await writeKeys([entryOf('anna', 'key-of-anna', ['campaigns:read', 'campaigns:write'])]);
    const said = { PORT: '0', LOG_LEVEL: 'silent', GRAPHIQL: 'on', ...keys.environment };
    gateway = await startGateway(readConfig(said));
    browser = await launchBrowser(executable ?? '');
    page = await browser.newPage();
    await openGraphiql(page, gateway.url);
  });
  afterAll(async () => {
    await browser.close();
    await gateway.close();
    await keys.remove();
  });

  it('shows the message of a syntax error, without a stack', async () => {
    await page.locator('.graphiql-query-editor .view-line').first().click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('{ campaign(');
    await page.keyboard.press('ControlOrMeta+Enter');
    const response = page.locator('.graphiql-response');
    await response.filter({ hasText: 'Syntax Error' }).waitFor();
    expect(await response.innerText()).not.toContain('stack');
  });

  it('sends the headers of its header pane with queries and subscriptions, and stores them nowhere', async () => {
    await openTab(page, watchTab);
    await replaceInVariables(page, new RegExp(String(watchCampaign.variables?.['sid'])), 'nobody');
    const response = page.locator('.graphiql-response .view-line');
    await play(page, 'WatchCampaign');
    await response.filter({ hasText: 'The WebSocket was refused.' }).waitFor();

    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden)').click();
    await page.keyboard.insertText('{"X-Api-Key": "key-of-anna"}');
    await play(page, 'WatchCampaign');
    await response.filter({ hasText: '"code": "BAD_USER_INPUT"' }).waitFor();
    await play(page, 'ResumeToWatch');
    await response.filter({ hasText: '"NOT_FOUND"' }).waitFor();

    const stored = await page.evaluate('JSON.stringify({...localStorage, ...sessionStorage})');
    expect(stored).not.toContain('key-of-anna');
  });
});
