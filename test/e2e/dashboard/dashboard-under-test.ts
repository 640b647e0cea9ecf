import { expect } from '@jest/globals';
import { type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { startGateway } from '../../../src/app/gateway.js';
import { readConfig } from '../../../src/config/config.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/sandbox.js';
import { findBrowser, launchBrowser } from '../../support/frontend/browser.js';
import { type DashboardServer, serveDashboard } from '../../support/frontend/dashboard.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

/** A page of the dashboard, and all that is behind it. */
export interface Opened {
  readonly page: Page;
  readonly sandbox: Sandbox;
  readonly gateway: GatewayUnderTest;
  readonly server: DashboardServer;
  /** Errors and warnings of the console, and errors that nothing caught. */
  readonly complaints: string[];
}

/** What differs from a sandbox with the demo account and a gateway without limits. */
export interface OpenOptions {
  readonly sandbox?: Partial<SandboxOptions>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly context?: BrowserContextOptions;
  /** The page asks the gateway on its own origin, which allows that by CORS_ORIGINS. */
  readonly isCrossOrigin?: boolean;
}

let browser: Promise<Browser> | undefined;
const closing: (() => Promise<unknown>)[] = [];

/** Starts a sandbox, a gateway and the dashboard's server, and opens a page of it. */
export async function open(path: string, options: OpenOptions = {}): Promise<Opened> {
  const { isCrossOrigin = false } = options;
  const sandbox = await startSandbox({ ...credentials, seed: 'demo', ...options.sandbox });
  closing.unshift(() => sandbox.close());
  const server = await serveDashboard();
  closing.unshift(() => server.close());
  const environment = { ...(isCrossOrigin && { CORS_ORIGINS: server.url }), ...options.environment };
  // Not executed twice and compared: the budget differs from one moment to the next.
  const gateway = await startGatewayOn(sandbox.baseUrl, environment, undefined, undefined, {
    compare: undefined,
  });
  closing.unshift(() => gateway.close());
  server.connect(gateway.url, isCrossOrigin);
  return { ...(await openPage(`${server.url}${path}`, options.context)), sandbox, gateway, server };
}

/** Opens a page in a context of its own, and listens to its console. */
async function openPage(
  url: string,
  options?: BrowserContextOptions,
): Promise<Pick<Opened, 'page' | 'complaints'>> {
  browser ??= launchBrowser(findBrowser() ?? '');
  const context = await (await browser).newContext(options);
  closing.unshift(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(30_000); // before the test's own, so that a failure says what it waited for
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (said) => ['error', 'warning'].includes(said.type()) && complaints.push(said.text()));
  await page.goto(url);
  return { page, complaints };
}

/**
 * Opens a page in front of a gateway with its embedded sandbox, as `npm start` runs it, but faster.
 * @param speed of the campaigns, relative to the clock.
 */
export async function openEmbedded(
  path: string,
  speed: number,
): Promise<Pick<Opened, 'page' | 'complaints'>> {
  const environment = { PORT: '0', LOG_LEVEL: 'silent', SANDBOX_SPEED: String(speed) };
  const gateway = await startGateway(readConfig(environment));
  closing.unshift(() => gateway.close());
  const server = await serveDashboard();
  closing.unshift(() => server.close());
  server.connect(gateway.url, false);
  return openPage(`${server.url}${path}`);
}

/** Closes all that `open` started; the browser stays. */
export async function closeOpened(): Promise<void> {
  for (const close of closing.splice(0)) await close();
}

/** Closes the browser. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** The browser itself reports lost connections and statuses of errors on the console; a page can't prevent that. */
export function expectNoComplaints({ complaints }: Pick<Opened, 'complaints'>, ofTheNetwork = false): void {
  const isOfTheNetwork = (text: string): boolean =>
    /^(Failed to load resource|WebSocket connection to)/.test(text);
  expect(complaints.filter((text) => !ofTheNetwork || !isOfTheNetwork(text))).toEqual([]);
}

/** The first campaign of the demo account in this status. */
export function campaignIn(
  { sandbox }: Opened,
  status: string,
): { readonly sid: string; readonly name: string } {
  const found = sandbox.state
    .campaigns()
    .find((campaign) => campaign.status === status && campaign.audience > 100);
  if (found === undefined) throw new Error(`the demo account has no campaign in ${status}`);
  return found;
}
