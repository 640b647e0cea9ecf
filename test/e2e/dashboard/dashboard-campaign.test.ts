import { readFileSync } from 'node:fs';
import { afterAll, afterEach, expect, it } from '@jest/globals';
import { change } from '../../support/writing/creating.js';
import { describeWithDashboard } from '../../support/frontend/dashboard.js';
import { recordsOf } from '../../support/writing/exporting.js';
import {
  campaignIn,
  closeBrowser,
  closeOpened,
  expectNoComplaints,
  open,
  pageOf,
} from './dashboard-under-test.js';

/** The demo account's campaign with 5,000 messages. */
const festive = 'Festive offer to all customers';

describeWithDashboard("the dashboard's page of a campaign", () => {
  afterEach(closeOpened);
  afterAll(closeBrowser);

  it('shows progress, outcomes, schedule and text, and draws the progress while it is open', async () => {
    const opened = await open(pageOf('in-progress'), { sandbox: { speed: 60 } });
    const { page, sandbox } = opened;
    const { sid, name } = campaignIn(opened, 'in-progress');
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.getByText(/^Live · read from Exotel/).waitFor();
    expect(await page.title()).toBe(`${name} · Campaigns`);
    await page.getByText('The line begins with the next change.').waitFor();

    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText(/From \d+% to \d+% in/).waitFor();
    await page.locator('.u-over').waitFor();
    const outcomes = await page.getByRole('list', { name: 'Outcomes' }).innerText();
    expect(outcomes).toMatch(new RegExp(`Sent \\d+[^]*All ${sandbox.state.find(sid)?.audience ?? 0}`));
    const details = page.getByRole('region', { name: 'Details' });
    await details.getByText(sandbox.state.find(sid)?.template ?? '').waitFor();
    expect(await details.getByText('not set').count()).toBe(0);
    expectNoComplaints(opened);
  });

  it('shows the messages page by page, and those of one number', async () => {
    const opened = await open(`/?name=Festive`);
    const { page, sandbox } = opened;
    await page.getByRole('link', { name: festive }).click();
    await page.getByText('50 of 5000 messages').waitFor();
    await page.getByRole('button', { name: 'Load more' }).scrollIntoViewIfNeeded();
    await page.getByText('100 of 5000 messages').waitFor();
    const [{ sid } = { sid: '' }] = sandbox.state.campaigns().filter(({ name }) => name === festive);
    const wanted = sandbox.state.messages(sid)[4321];
    await page.getByLabel('Number', { exact: true }).fill(wanted?.number ?? '');
    await page.getByText('1 of 1 messages').waitFor();
    await page.getByRole('cell', { name: wanted?.number ?? '' }).waitFor();
    await page.getByLabel('Number', { exact: true }).fill('+910000000000');
    await page.getByText('No message to this number').waitFor();
    expectNoComplaints(opened);
  });

  it('downloads all messages, or those that were not delivered, as one file', async () => {
    const opened = await open(`/?name=Festive`);
    const { page, sandbox } = opened;
    await page.getByRole('link', { name: festive }).click();
    const [{ sid } = { sid: '' }] = sandbox.state.campaigns().filter(({ name }) => name === festive);
    const group = page.getByRole('group', { name: 'Download' });
    const files: string[] = [];
    for (const isAll of [true, false]) {
      if (!isAll) await group.getByLabel('Undelivered only').check();
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        group.getByRole('button', { name: 'Download CSV' }).click(),
      ]);
      expect(file.suggestedFilename()).toBe(`messages-${sid}.csv`);
      files.push(readFileSync(await file.path(), 'utf8'));
      await group.getByText(/\d+ messages downloaded/).waitFor();
    }
    const all = sandbox.state.messages(sid);
    const failed = all.filter(({ status }) => status.includes('failed') || status === 'invalid');
    const sidsIn = (file = '') =>
      recordsOf(file)
        .slice(1)
        .map((record) => record.at(-1));
    expect(sidsIn(files[0]).sort()).toEqual(all.map((message) => message.sid).sort());
    expect(sidsIn(files[1]).sort()).toEqual(failed.map((message) => message.sid).sort());
    expect(failed.length).toBeGreaterThan(0);
    expectNoComplaints(opened);
  });

  it('shows the progress of a download that waits for the budget, and can cancel it', async () => {
    const opened = await open(`/?name=Festive`, {
      environment: { EXOTEL_RATE_LIMIT: '12', MAX_PAGE_ROWS: '50' },
    });
    const { page } = opened;
    await page.getByRole('link', { name: festive }).click();
    const group = page.getByRole('group', { name: 'Download' });
    await group.getByRole('button', { name: 'Download CSV' }).click();
    await group.getByRole('progressbar', { name: 'Download' }).waitFor();
    await group.getByText(/^[1-9]%$/).waitFor();
    await group.getByRole('button', { name: 'Cancel' }).click();
    await group.getByRole('button', { name: 'Download CSV' }).waitFor();
    expectNoComplaints(opened);
  });

  it('has a button for each action that is allowed, and asks before what cannot be undone', async () => {
    const opened = await open(pageOf('in-progress'));
    const { page, sandbox } = opened;
    const { sid } = campaignIn(opened, 'in-progress');
    const actions = page.getByRole('group', { name: 'Actions' });
    await actions.getByRole('button', { name: 'Pause' }).click();
    await actions.getByText('Pause: done').waitFor();
    await actions.getByRole('button', { name: 'Resume' }).waitFor();
    expect(await actions.getByRole('button', { name: 'Pause' }).count()).toBe(0);

    await actions.getByRole('button', { name: 'Complete' }).click();
    await page.getByRole('dialog').getByText('will never be sent').waitFor();
    await page.keyboard.press('Escape');
    expect(sandbox.state.find(sid)?.status).toBe('paused');
    await actions.getByRole('button', { name: 'Complete' }).click();
    await page.getByRole('button', { name: 'Yes, complete' }).click();
    await actions.getByText('Complete: done').waitFor();
    expect(sandbox.state.find(sid)?.status).toBe('completed');
    expectNoComplaints(opened);
  });

  it('says that the connection is lost, and misses nothing when it is back', async () => {
    const opened = await open(pageOf('in-progress'));
    const { page, server, gateway } = opened;
    const { sid } = campaignIn(opened, 'in-progress');
    await page.getByText(/^Live · read from Exotel/).waitFor();
    const refusedTwice = server.cut();
    await page.getByText('Connection lost').waitFor();
    await page.getByText('Not live · read from Exotel').waitFor();
    await change(gateway, 'pause', sid); // nobody is connected to hear of it
    expect(await page.locator('.page-title .badge').innerText()).toBe('In progress');
    await refusedTwice; // attempts that fail are no reason to give up
    server.restore();
    await page.getByText('Connected again').waitFor();
    await page.locator('.page-title').getByText('Paused').waitFor();
    await page.getByText(/^Live · read from Exotel/).waitFor();
    expectNoComplaints(opened, true);
  });

  it('says that an action may have been done if nobody knows, and reads the campaign again', async () => {
    let isDown = false;
    const opened = await open(pageOf('in-progress'), {
      sandbox: { faults: () => (isDown ? { kind: 'hang', when: 'after' } : undefined) },
      environment: { EXOTEL_TIMEOUT_MS: '1000' },
    });
    const { page, sandbox } = opened;
    const { sid } = campaignIn(opened, 'in-progress');
    await page.getByText(/^Live · read from Exotel/).waitFor();
    isDown = true;
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Nobody knows whether this was done.').waitFor();
    expect(sandbox.state.find(sid)?.status).toBe('paused');
    expect(await page.locator('.page-title .badge').innerText()).toBe('In progress'); // what was read stays
    isDown = false;
    const badge = page.locator('.page-title').getByText('Paused');
    for (let tries = 0; tries < 10 && (await badge.count()) === 0; tries += 1) {
      await page.getByRole('button', { name: 'Refresh' }).click(); // at first the circuit breaker may be open
      await badge.waitFor({ timeout: 1_000 }).catch(() => undefined);
    }
    await badge.waitFor();
    expectNoComplaints(opened);
  });

  it('says so if there is no such campaign', async () => {
    const opened = await open('/campaigns/nobody');
    await opened.page.getByText('There is no such campaign').waitFor();
    expectNoComplaints(opened);
  });
});
