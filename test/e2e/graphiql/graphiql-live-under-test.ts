import { type Page } from 'playwright-core';
import { type GraphqlAnswer } from './graphiql-under-test.js';

/** Longer than a campaign that was just created takes to begin. */
const longestMs = 60_000;
const responseLines = '.graphiql-response .view-line';

/** Puts a word in the place of one that the open tab's variables have, as one does who copied it. */
export async function replaceInVariables(page: Page, before: RegExp, after: string): Promise<void> {
  const editor = page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden)');
  await editor.getByText(before).click();
  // By keyboard: the editor takes two clicks for a double click only if the page was quick between them.
  await page.keyboard.press('Control+ArrowLeft');
  await page.keyboard.press('Control+Shift+ArrowRight');
  await page.keyboard.insertText(after);
  await editor.getByText(`"${after}"`, { exact: true }).waitFor();
}

/** Plays one of the open tab's several operations, as soon as GraphiQL has read them. */
export async function play(page: Page, operation: string): Promise<void> {
  await page.locator('.graphiql-execute-button').click();
  await page.getByRole('menuitem', { name: operation }).click();
}

/** Plays one of the operations and answers what the response pane shows from then on, each time that it changes. */
export async function* playAndWatch(page: Page, operation: string): AsyncGenerator<GraphqlAnswer> {
  let before = await shown(page);
  await play(page, operation);
  for (;;) {
    await page.waitForFunction(
      ([selector, seen]) => {
        const { document } = globalThis as unknown as Browser;
        return [...document.querySelectorAll(selector)].map((line) => line.innerText).join('\n') !== seen;
      },
      [responseLines, before] as const,
      { timeout: longestMs },
    );
    before = await shown(page);
    if (before.trim() !== '') yield JSON.parse(before.replaceAll('\u00a0', ' ')) as GraphqlAnswer;
  }
}

/** What the function that runs in the page finds there; the rest of the project knows no DOM. */
interface Browser {
  readonly document: { querySelectorAll(selector: string): Iterable<{ readonly innerText: string }> };
}

async function shown(page: Page): Promise<string> {
  return (await page.locator(responseLines).allInnerTexts()).join('\n');
}
