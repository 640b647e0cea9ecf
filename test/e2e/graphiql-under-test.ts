import { type Page } from 'playwright-core';
import { readConfig } from '../../src/config.js';
import { type Gateway, startGateway } from '../../src/gateway.js';

/** A gateway on the embedded sandbox at life's own speed, so that nothing moves while a test looks. */
export function startGatewayUnderTest(): Promise<Gateway> {
  return startGateway(readConfig({ PORT: '0', SANDBOX_SPEED: '1', LOG_LEVEL: 'silent' }));
}

/** Opens GraphiQL and waits until it can be used. */
export async function openGraphiql(page: Page, url: string): Promise<void> {
  page.setDefaultTimeout(10_000); // before the test's own, so that a failure says what it waited for
  await page.goto(`${url}/`);
  await page.locator('.graphiql-tab').first().waitFor();
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
}

/** The names on the tabs, from left to right. */
export function tabNames(page: Page): Promise<string[]> {
  return page.locator('.graphiql-tab').allInnerTexts();
}

/** Opens a tab and presses play; where the tab has several operations, the first is taken. Answers the response. */
export async function runTab(page: Page, index: number, operations: number): Promise<GraphqlAnswer> {
  // By keyboard: tabs slide into place at first, and a click on one that moves is lost.
  await page.locator(`#graphiql-session-tab-${index}`).press('Enter');
  await page.locator(`.graphiql-tab-active #graphiql-session-tab-${index}`).waitFor();
  const answered = page.waitForResponse(
    (response) => response.url().endsWith('/graphql') && response.request().method() === 'POST',
  );
  await page.locator('.graphiql-execute-button').click();
  if (operations > 1) await page.getByRole('menuitem').first().click();
  const answer = (await (await answered).json()) as GraphqlAnswer;
  await page.locator('.graphiql-response .view-line', { hasText: '"data"' }).waitFor();
  return answer;
}

/** What GraphQL answers over HTTP. */
export interface GraphqlAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly unknown[];
}
