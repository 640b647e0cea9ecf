import { afterAll, afterEach, expect, it } from '@jest/globals';
import { change } from '../../support/writing/creating.js';
import { describeWithDashboard } from '../../support/frontend/dashboard.js';
import { campaignIn, closeBrowser, closeOpened, expectNoComplaints, open } from './dashboard-under-test.js';

describeWithDashboard("the dashboard's list of campaigns", () => {
  afterEach(closeOpened);
  afterAll(closeBrowser);

  it('shows 20 campaigns, and more as the list is scrolled', async () => {
    const opened = await open('/');
    const { page, sandbox } = opened;
    const total = sandbox.state.campaigns().length;
    await page.getByText(`20 of ${total} campaigns`).waitFor();
    await page.getByRole('button', { name: 'Load more' }).scrollIntoViewIfNeeded();
    await page.getByText(`40 of ${total} campaigns`).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(40);
    const names = await page.getByRole('rowheader').allInnerTexts();
    expect(new Set(names).size).toBe(40);
    expectNoComplaints(opened);
  });

  it('shows changes of the campaigns on the screen as they happen', async () => {
    const opened = await open('/?status=IN_PROGRESS');
    const { page, gateway } = opened;
    const { sid, name } = campaignIn(opened, 'in-progress');
    const row = page.getByRole('row', { name });
    await row.getByText('In progress').waitFor();
    expect(await change(gateway, 'pause', sid)).toMatchObject({ status: 'PAUSED' });
    await row.getByText('Paused').waitFor();
    expectNoComplaints(opened);
  });

  it('filters by status, and keeps the filter in the address', async () => {
    const opened = await open('/');
    const { page } = opened;
    await page.getByLabel('Status').selectOption('PAUSED');
    await page.getByText(/10 of 10 campaigns/).waitFor();
    expect(new Set(await page.locator('tbody .badge').allInnerTexts())).toEqual(new Set(['Paused']));
    expect(page.url()).toContain('?status=PAUSED');
    await page.reload();
    await page.getByText(/10 of 10 campaigns/).waitFor();
    expectNoComplaints(opened);
  });

  it('keeps the rows that can be read, and says which one cannot', async () => {
    const opened = await open('/', { sandbox: { seed: 'empty' } });
    const { page, sandbox, server } = opened;
    sandbox.state.insert({ name: 'Readable', status: 'paused' });
    sandbox.state.insert({ name: 'Unreadable', status: 'paused', dltTemplateId: '1107000000000000200' });
    await page.goto(`${server.url}/?status=PAUSED`); // a list that the gateway has not read yet
    await page.getByText('2 of 2 campaigns').waitFor();
    expect(await page.getByRole('rowheader').allInnerTexts()).toEqual(['Readable']);
    expect(await page.getByText('This campaign could not be read.').count()).toBe(1);
    expectNoComplaints(opened);
  });

  it('searches once typing pauses', async () => {
    const opened = await open('/');
    const { page, sandbox } = opened;
    const total = sandbox.state.campaigns().length;
    await page.getByText(`20 of ${total} campaigns`).waitFor();
    const asked: string[] = [];
    page.on('request', (request) => {
      const sent = request.postData() ?? '';
      if (sent.includes('"Campaigns"')) asked.push(sent);
    });
    await page.getByLabel('Name', { exact: true }).evaluate(typeAtOnce, 'Festive');
    await page.getByText('1 of 1 campaigns').waitFor();
    expect(await page.getByRole('rowheader').allInnerTexts()).toEqual(['Festive offer to all customers']);
    expect(asked).toHaveLength(1);
    expectNoComplaints(opened);
  });
});

/** Runs in the page: a letter after the other without a pause, which keys from here have on a busy machine. */
function typeAtOnce(field: EventTarget, text: string): void {
  const value = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value');
  for (let length = 1; length <= text.length; length += 1) {
    value?.set?.call(field, text.slice(0, length));
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
}
