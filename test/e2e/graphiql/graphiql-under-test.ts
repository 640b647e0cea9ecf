import { type Page } from 'playwright-core';
import { readConfig } from '../../../src/config/config.js';
import { type Gateway, startGateway } from '../../../src/app/gateway.js';

/** A gateway on the embedded sandbox at life's own speed, so that nothing moves while a test looks. */
export function startGatewayUnderTest(): Promise<Gateway> {
  return startGateway(readConfig({ PORT: '0', SANDBOX_SPEED: '1', LOG_LEVEL: 'silent' }));
}

/** A gateway as `npm start` runs it: sixty times as fast as life. */
export function startFastGatewayUnderTest(): Promise<Gateway> {
  return startGateway(readConfig({ PORT: '0', LOG_LEVEL: 'silent' }));
}

/** Opens GraphiQL and waits until it can be used. */
export async function openGraphiql(page: Page, url: string): Promise<void> {
  page.setDefaultTimeout(60_000); // before the test's own, so that a failure says what it waited for
  await page.goto(`${url}/`);
  await page.locator('.graphiql-tab').first().waitFor();
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
}

/** The names on the tabs, from left to right. */
export function tabNames(page: Page): Promise<string[]> {
  return page.locator('.graphiql-tab').allInnerTexts();
}

/** Opens a tab. */
export async function openTab(page: Page, index: number): Promise<void> {
  // By keyboard: tabs slide into place at first, and a click on one that moves is lost.
  await page.locator(`#graphiql-session-tab-${index}`).press('Enter');
  await page.locator(`.graphiql-tab-active #graphiql-session-tab-${index}`).waitFor();
}

/** Opens a tab and presses play; where the tab has several operations, the first is taken. Answers the response. */
export async function runTab(
  page: Page,
  index: number,
  operations: number,
  named?: string,
): Promise<GraphqlAnswer> {
  await openTab(page, index);
  const answered = page.waitForResponse(
    (response) => {
      const sent = response.request().postData() ?? '';
      return response.url().endsWith('/graphql') && sent.includes('"query"') && !sent.includes('__schema');
    },
    { timeout: 60_000 },
  );
  await pressPlay(page, operations, answered, named);
  const answer = (await (await answered).json()) as GraphqlAnswer;
  await page.locator('.graphiql-response .view-line', { hasText: '"data"' }).waitFor();
  return answer;
}

/** Presses play until it takes: a click before GraphiQL has read the document and the schema is lost. */
async function pressPlay(
  page: Page,
  operations: number,
  answered: Promise<unknown>,
  named?: string,
): Promise<void> {
  const noted = answered.then(() => 'answered' as const);
  for (;;) {
    await page.locator('.graphiql-execute-button').click();
    const menu = (
      named === undefined ? page.getByRole('menuitem') : page.getByRole('menuitem', { name: named })
    ).first();
    if (operations > 1) await Promise.race([noted, menu.click({ timeout: 2000 }).catch(() => undefined)]);
    if ((await Promise.race([noted, page.waitForTimeout(2000)])) === 'answered') return;
  }
}

/** What GraphQL answers over HTTP. */
export interface GraphqlAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly unknown[];
}
