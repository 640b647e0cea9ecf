import { test } from '@jest/globals';
import { startFastGatewayUnderTest } from '../graphiql/graphiql-under-test.js';
import { ask } from '../../support/clients/ask.js';
import { findBrowser, launchBrowser } from '../../support/frontend/browser.js';
import { serveDashboard } from '../../support/frontend/dashboard.js';

const readings = 6;

/**
 * Takes the README's picture of the dashboard. Not a test: run it when the page has changed, by
 *
 *     npm test -- --testMatch '<rootDir>/test/e2e/dashboard/dashboard-screenshot.ts'
 */
test('takes docs/images/dashboard.png', async () => {
  const gateway = await startFastGatewayUnderTest();
  const server = await serveDashboard();
  server.connect(gateway.url, false);
  const browser = await launchBrowser(findBrowser() ?? 'chromium');
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const { data } = await ask<{
      readonly campaigns: { readonly nodes: readonly { readonly sid: string }[] };
    }>(
      gateway,
      '{ campaigns(first: 1, filter: { name: "Payment", status: [IN_PROGRESS] }) { nodes { sid } } }',
    );
    await page.goto(`${server.url}/campaigns/${data?.campaigns.nodes[0]?.sid ?? ''}`);
    for (let reading = 0; reading < readings; reading += 1) {
      await page.getByRole('button', { name: 'Refresh' }).click();
      await page.waitForTimeout(1_500);
    }
    await page.screenshot({ path: 'docs/images/dashboard.png' });
  } finally {
    await browser.close();
    await server.close();
    await gateway.close();
  }
});
