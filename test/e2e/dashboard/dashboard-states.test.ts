import { afterAll, afterEach, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { type Page } from 'playwright-core';
import { entryOf, writeKeys } from '../../support/clients/callers.js';
import { describeWithDashboard } from '../../support/frontend/dashboard.js';
import { campaignIn, closeBrowser, closeOpened, expectNoComplaints, open } from './dashboard-under-test.js';

const keys = writeKeys([
  entryOf('reader', 'key-of-reader', ['campaigns:read']),
  entryOf('other', 'key-of-other', ['messages:read']),
]);
const axe = (): string =>
  readFileSync(
    new URL('../../../examples/dashboard/node_modules/axe-core/axe.min.js', import.meta.url),
    'utf8',
  );

/** Rules of accessibility that the page breaks, with the elements that do. */
async function brokenRules(page: Page): Promise<unknown> {
  await page.evaluate(axe());
  return page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))`,
  );
}

describeWithDashboard("the dashboard's states", () => {
  afterEach(closeOpened);
  afterAll(async () => {
    await closeBrowser();
    await (await keys).remove();
  });

  it('shows what is left of the budget, and waits as long as the gateway says when it is used up', async () => {
    const opened = await open('/', { environment: { EXOTEL_RATE_LIMIT: '2' } });
    const { page } = opened;
    await page.getByText(/[012] of 2/).waitFor();
    const refused = page.locator('[data-code=UPSTREAM_RATE_LIMITED]').first();
    for (const { sid } of opened.sandbox.state.campaigns().slice(60, 64)) {
      await page.goto(`${opened.server.url}/campaigns/${sid}`);
      await page.locator('h1, [role=alert]').first().waitFor();
      if (await refused.isVisible()) break;
    }
    await refused.getByText(/Next try in \d+ s/).waitFor();
    expectNoComplaints(opened);
  });

  it('asks for a key, keeps it for the tab, and says what its scopes do not allow', async () => {
    const opened = await open('/', { environment: (await keys).environment });
    const { page, server } = opened;
    await page.getByLabel('API key').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The gateway does not accept this key.').waitFor();
    await page.getByLabel('API key').fill('key-of-reader');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText(/20 of \d+ campaigns/).waitFor();
    expect(await page.getByLabel('Gateway').innerText()).toContain('campaigns:read');
    expect(await page.getByRole('link', { name: 'New campaign' }).count()).toBe(0);

    await page.goto(`${server.url}/campaigns/${campaignIn(opened, 'in-progress').sid}`);
    await page.getByText(/^Live · read from Exotel/).waitFor(); // the subscription has the key too
    await page.locator('[data-code=FORBIDDEN]').getByText('messages:read').waitFor();
    await page.getByText('You may look at this campaign, not change it.').waitFor();
    await page.goto(`${server.url}/new`);
    await page.getByText('You may not create campaigns').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API key').waitFor();
    expectNoComplaints(opened, true);
  });

  it('says so if the caller may not see campaigns', async () => {
    const opened = await open('/', { environment: (await keys).environment });
    await opened.page.getByLabel('API key').fill('key-of-other');
    await opened.page.getByRole('button', { name: 'Sign in' }).click();
    await opened.page.locator('[data-code=FORBIDDEN]').getByText('You may not see this').waitFor();
    expectNoComplaints(opened, true);
  });

  it('shows that it is loading, that something failed, and reads again when asked to', async () => {
    let fault: 'hang' | 'status' | undefined = 'hang'; // until it was seen that the page is loading
    const opened = await open('/', {
      sandbox: { faults: () => fault && { kind: fault, status: 500 } },
      environment: { EXOTEL_TIMEOUT_MS: '4000' },
    });
    const { page } = opened;
    await page.getByText('Loading campaigns').waitFor({ state: 'attached' });
    fault = 'status';
    await page.locator('[data-code=UPSTREAM_UNAVAILABLE]').getByText('Exotel is not available').waitFor();
    fault = undefined;
    await expectAfterBreak(page);
    expectNoComplaints(opened);
  });

  it('shows an empty account and an empty search', async () => {
    const opened = await open('/', { sandbox: { seed: 'empty' } });
    await opened.page.getByText('Create the first one.').waitFor();
    await opened.page.goto(`${opened.server.url}/?status=PAUSED`);
    await opened.page.getByText('None fits this filter.').waitFor();
    expectNoComplaints(opened);
  });

  it('is usable by keyboard alone', async () => {
    const opened = await open('/');
    const { page } = opened;
    await page.getByText(/20 of \d+ campaigns/).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').innerText()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    for (let stops = 0; stops < 6 && (await page.locator('tbody a:focus').count()) === 0; stops += 1)
      await page.keyboard.press('Tab');
    const name = await page.locator(':focus').innerText();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    expect(await page.locator(':focus').innerText()).toBe(name); // a screen reader begins with the new page
    expectNoComplaints(opened);
  });

  it('breaks no rule of accessibility on any page, in light and dark colours', async () => {
    const opened = await open('/');
    const { page, server } = opened;
    const expectAccessible = async (): Promise<void> => {
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        expect({ colorScheme, broken: await brokenRules(page) }).toEqual({ colorScheme, broken: [] });
      }
    };
    await page.getByText(/20 of \d+ campaigns/).waitFor();
    await expectAccessible();
    await page.goto(`${server.url}/campaigns/${campaignIn(opened, 'paused').sid}`);
    await page.getByText(/of \d+ messages/).waitFor();
    await expectAccessible();
    await page.goto(`${server.url}/new`);
    await page.getByRole('button', { name: 'Create campaign' }).click();
    await page.locator('.field .error p').first().waitFor();
    await expectAccessible();
    expectNoComplaints(opened);
  });

  it('asks a gateway on another origin, if the page names one', async () => {
    const opened = await open('/', { isCrossOrigin: true });
    const { page, gateway } = opened;
    const asked = new Set<string>();
    page.on('request', (request) => request.url().endsWith('/graphql') && asked.add(request.url()));
    const { sid } = campaignIn(opened, 'in-progress');
    await page.goto(`${opened.server.url}/campaigns/${sid}`);
    await page.getByText(/^Live · read from Exotel/).waitFor();
    expect([...asked]).toEqual([`${gateway.url}/graphql`]);
    expectNoComplaints(opened);
  });
});

/** Presses "Try again" until the gateway's circuit breaker lets a call through. */
async function expectAfterBreak(page: Page): Promise<void> {
  const rows = page.getByText(/20 of \d+ campaigns/);
  for (let tries = 0; tries < 8 && (await rows.count()) === 0; tries += 1) {
    await page.getByRole('button', { name: 'Try again' }).click();
    await rows.waitFor({ timeout: 1_000 }).catch(() => undefined);
  }
  await rows.waitFor();
}
