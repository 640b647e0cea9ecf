import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** Path of Chromium on this machine; undefined without it. */
export function findBrowser(path = process.env['PATH'] ?? ''): string | undefined {
  return [...path.split(delimiter), '/usr/bin']
    .flatMap((directory) => names.map((name) => join(directory, name)))
    .find((file) => existsSync(file));
}

/** Starts a headless Chromium without requests of its own, so that every request is the page's. */
export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      // Two processes fewer for each page, which shows the same.
      '--in-process-gpu',
      '--disable-site-isolation-trials',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
