import { afterAll, afterEach, expect, it } from '@jest/globals';
import { type Page } from 'playwright-core';
import { posts, sidsOf } from '../../support/writing/creating.js';
import { describeWithDashboard } from '../../support/frontend/dashboard.js';
import {
  campaignIn,
  closeBrowser,
  closeOpened,
  expectNoComplaints,
  open,
  type Opened,
  openEmbedded,
  pageOf,
} from './dashboard-under-test.js';

const sandbox = { seed: 'empty' } as const;

async function fill(page: Page): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill('Diwali offer');
  await page.getByLabel('Text', { exact: true }).fill('Hello from Exotel');
  await page.getByLabel('Contact lists').fill('f2284e77ea5a4224911251b08f861af2');
  await page.getByLabel('Sender').fill('EXOTEL');
  await page.getByLabel('DLT entity').fill('1101428740000012125');
  await page.getByLabel('DLT template').fill('1107159950325048979');
}

const button = 'Create campaign';
const isCreated = async ({ page, sandbox: { state } }: Opened): Promise<void> => {
  await page.getByRole('heading', { name: 'Diwali offer', level: 1 }).waitFor();
  expect(state.campaigns().map(({ name }) => name)).toEqual(['Diwali offer']);
};

describeWithDashboard("the dashboard's form of a campaign", () => {
  afterEach(closeOpened);
  afterAll(closeBrowser);

  it('shows every broken rule beside its field', async () => {
    const opened = await open('/new', { sandbox });
    const { page } = opened;
    await page.getByLabel('Name', { exact: true }).fill('abc');
    await page.getByLabel('Name', { exact: true }).blur();
    const wrong = (label: string) => page.locator('.field', { has: page.getByLabel(label, { exact: true }) });
    await wrong('Name').locator('.error p').waitFor();
    expect(await page.locator('.field .error p').count()).toBe(1); // not of fields that nobody has been to
    await page.getByLabel('Start').fill('2020-01-01T10:00');
    await page.getByRole('button', { name: button }).click();
    await page.getByText('Nothing was sent: correct the fields that are marked.').waitFor();
    for (const label of ['Name', 'Text', 'Contact lists', 'Sender', 'DLT entity', 'DLT template', 'Start']) {
      expect(await wrong(label).locator('.error').innerText()).not.toBe('');
      expect(await page.getByLabel(label, { exact: true }).getAttribute('aria-invalid')).toBe('true');
    }
    expect(posts(opened.sandbox)).toBe(0);
    await page.getByLabel('Name', { exact: true }).fill('Diwali offer');
    await expectEventually(() => wrong('Name').locator('.error').innerText(), '');
    expectNoComplaints(opened);
  });

  it('takes a press right after a field was filled: no message moves the button away', async () => {
    const opened = await open('/new', { sandbox });
    const { page } = opened;
    await page.getByText('This is a').or(page.getByText('Its messages')).waitFor();
    await page.getByLabel('Text', { exact: true }).fill('Hello');
    await page.getByRole('button', { name: button }).click();
    await page.getByText('Nothing was sent: correct the fields that are marked.').waitFor();
    expectNoComplaints(opened);
  });

  it('previews the text with its variables, its encoding and its parts', async () => {
    const opened = await open('/new', { sandbox });
    const { page } = opened;
    const preview = page.getByRole('region', { name: 'Preview' });
    await page.getByLabel('Text', { exact: true }).fill('Hi @@Name, pay @@Amount');
    await preview.getByText('1 part per recipient · GSM-7').waitFor();
    await preview.getByLabel('Example for @@Name').fill('Asha');
    expect(await preview.locator('.bubble').innerText()).toBe('Hi Asha, pay @@Amount');
    await page.getByLabel('Text', { exact: true }).fill('🪔'.repeat(40));
    await preview.getByText('2 parts per recipient · Unicode (UCS-2)').waitFor();
    expectNoComplaints(opened);
  });

  it('creates one campaign, however often the button is pressed', async () => {
    const opened = await open('/new', { sandbox });
    await fill(opened.page);
    await opened.page.getByRole('button', { name: button }).dblclick();
    await isCreated(opened);
    expect(posts(opened.sandbox)).toBe(1);
    expectNoComplaints(opened);
  });

  it("shows a new campaign's messages live, from a gateway as npm start runs it", async () => {
    const opened = await openEmbedded('/new', 200);
    const { page } = opened;
    await page.getByText('Sandbox: nothing is sent', { exact: true }).waitFor();
    await fill(page);
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('heading', { name: 'Diwali offer', level: 1 }).waitFor();
    const messages = page.getByRole('region', { name: 'Messages' });
    // It starts ten minutes after its creation, which is three seconds here. Nothing but events changes the rows.
    await messages.locator('tbody .badge').filter({ hasText: 'Sent' }).first().waitFor();
    await page
      .locator('.page-title')
      .getByText('In progress')
      .or(page.locator('.page-title').getByText('Completed'))
      .waitFor();
    expectNoComplaints(opened);
  });

  it('creates one campaign if the connection is lost and the page is loaded again', async () => {
    const opened = await open('/new', { sandbox });
    const { page } = opened;
    await fill(page);
    let isLost = true;
    await page.route('**/graphql', async (route) => {
      if (!isLost || route.request().postData()?.includes('mutation CreateCampaign') !== true)
        return route.fallback();
      await route.fetch(); // the gateway creates it; the page is not told
      return route.abort();
    });
    await page.getByRole('button', { name: button }).click();
    await page.getByText('It is not certain whether this campaign was created').waitFor();
    expect(sidsOf(opened.sandbox)).toHaveLength(1);
    isLost = false;
    await page.reload();
    await page.getByText('It is not certain whether this campaign was created').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Check and send again' }).click();
    await isCreated(opened);
    expect(posts(opened.sandbox)).toBe(1);
    expectNoComplaints(opened, true);
  });

  it('explains an unknown outcome, and sends again with the same key', async () => {
    let isDown = true;
    const opened = await open('/new', {
      sandbox: { ...sandbox, faults: () => (isDown ? { kind: 'hang', when: 'after' } : undefined) },
      environment: { EXOTEL_TIMEOUT_MS: '1000' },
    });
    const { page } = opened;
    const keys = new Set<unknown>();
    page.on('request', (request) => {
      const sent = request.postData() ?? '';
      if (sent.includes('mutation CreateCampaign')) keys.add(/"idempotencyKey":"(\w+)"/.exec(sent)?.[1]);
    });
    await fill(page);
    await page.getByRole('button', { name: button }).click();
    await page.getByText('It is not certain whether this campaign was created').waitFor();
    expect(await page.getByRole('link', { name: 'Look for it in the list' }).getAttribute('href')).toBe(
      '/?name=Diwali%20offer',
    );
    isDown = false;
    const again = page.getByRole('button', { name: 'Check and send again' });
    // At first the gateway's circuit breaker may still be open: the doubt stays, and the button with it.
    for (let tries = 0; tries < 10 && (await again.count()) > 0; tries += 1) {
      await again.click();
      await again.waitFor({ state: 'detached' }); // while it is sent
      await page.locator('h1:has-text("Diwali"), .doubt').waitFor();
    }
    await isCreated(opened);
    expect(keys.size).toBe(1);
    expectNoComplaints(opened);
  });

  it('says that nothing was created if that is certain, and lets it be sent again', async () => {
    let isRefusing = true;
    const opened = await open('/new', {
      sandbox: {
        ...sandbox,
        faults: ({ method }) =>
          method === 'POST' && isRefusing ? { kind: 'status', status: 400 } : undefined,
      },
    });
    const { page } = opened;
    await fill(page);
    await page.getByRole('button', { name: button }).click();

    await page.locator('form > .error p').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).isDisabled()).toBe(false);
    isRefusing = false;
    await page.getByRole('button', { name: button }).click();
    await isCreated(opened);
    expectNoComplaints(opened);
  });

  it('edits a campaign that has not started, and sends only what has changed', async () => {
    const opened = await open(pageOf('scheduled'));
    const { page, sandbox: upstream } = opened;
    const { sid } = campaignIn(opened, 'scheduled');
    const before = upstream.state.find(sid)?.template;
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Name', { exact: true }).fill('ab');
    await page.locator('.field .error p').waitFor();
    expect(await page.locator('.field .error p').count()).toBe(1);
    await page.getByLabel('Name', { exact: true }).fill('A better name');
    const saved = page.waitForRequest((request) =>
      (request.postData() ?? '').includes('mutation UpdateCampaign'),
    );
    await page.getByRole('button', { name: 'Save' }).click();
    const { variables } = (await saved).postDataJSON() as { readonly variables: unknown };
    expect(variables).toEqual({ sid, input: { name: 'A better name' } });
    await page.getByRole('heading', { name: 'A better name', level: 1 }).waitFor();
    expect(upstream.state.find(sid)).toMatchObject({ name: 'A better name', template: before });
    expectNoComplaints(opened);
  });
});

/** Waits until a text is as expected. */
async function expectEventually(read: () => Promise<string>, text: string): Promise<void> {
  const giveUpAt = performance.now() + 30_000;
  while ((await read()) !== text && performance.now() < giveUpAt)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await read()).toBe(text);
}
