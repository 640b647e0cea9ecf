import { test } from '@jest/globals';
import { findBrowser, launchBrowser } from '../../support/frontend/browser.js';
import { openGraphiql, runTab, startGatewayUnderTest } from './graphiql-under-test.js';

/**
 * Takes the README's picture of GraphiQL. Not a test: run it when the page has changed, by
 *
 *     npm test -- --testMatch '<rootDir>/test/e2e/graphiql/screenshot.ts'
 */
test('takes docs/images/graphiql.png', async () => {
  const gateway = await startGatewayUnderTest();
  const browser = await launchBrowser(findBrowser() ?? 'chromium');
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await openGraphiql(page, gateway.url);
    await runTab(page, 0, 1);
    await page.screenshot({ path: 'docs/images/graphiql.png' });
  } finally {
    await browser.close();
    await gateway.close();
  }
});
