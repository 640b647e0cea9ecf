import { expect } from '@jest/globals';
import { type Browser, type Page } from 'playwright-core';
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
  /** The page asks the gateway on its own origin, which allows that by CORS_ORIGINS. */
  readonly isCrossOrigin?: boolean;
}

let browser: Promise<Browser> | undefined;
let tab: Page | undefined;
const closing: (() => Promise<unknown>)[] = [];

/**
 * Starts a sandbox, a gateway and the dashboard's server, and opens a page of it.
 * @param path of the page, which may depend on what is in the sandbox.
 */
export async function open(
  path: string | ((sandbox: Sandbox) => string),
  options: OpenOptions = {},
): Promise<Opened> {
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
  const url = `${server.url}${typeof path === 'string' ? path : path(sandbox)}`;
  return { ...(await openPage(url)), sandbox, gateway, server };
}

/**
 * Opens a page in the tab of the suite, and listens to its console. A tab of its own would cost each test seconds of CPU: a
 * process, which compiles the dashboard anew. Storage is that of an origin, and each test has a server on a port of its own.
 */
async function openPage(url: string): Promise<Pick<Opened, 'page' | 'complaints'>> {
  browser ??= launchBrowser(findBrowser() ?? '');
  tab ??= await (await browser).newPage();
  const page = tab;
  closing.unshift(() => leave(page));
  page.setDefaultTimeout(60_000); // before the test's own, so that a failure says what it waited for
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (said) => ['error', 'warning'].includes(said.type()) && complaints.push(said.text()));
  await page.goto(url);
  return { page, complaints };
}

/** Ends all that a test does in the tab. One that can't be left, or is somewhere on its way, is closed. */
async function leave(page: Page): Promise<void> {
  for (const event of ['pageerror', 'console', 'request']) page.removeAllListeners(event);
  try {
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.goto('about:blank');
  } catch {
    tab = undefined;
    await page.close();
  }
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

/** Closes all that `open` started; the browser and its tab stay. */
export async function closeOpened(): Promise<void> {
  for (const close of closing.splice(0)) await close();
}

/** Closes the browser. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  [browser, tab] = [undefined, undefined];
}

/** The browser itself reports lost connections and statuses of errors on the console; a page can't prevent that. */
export function expectNoComplaints({ complaints }: Pick<Opened, 'complaints'>, ofTheNetwork = false): void {
  const isOfTheNetwork = (text: string): boolean =>
    /^(Failed to load resource|WebSocket connection to)/.test(text);
  expect(complaints.filter((text) => !ofTheNetwork || !isOfTheNetwork(text))).toEqual([]);
}

/** The page of the first campaign in this status. */
export function pageOf(status: string): (sandbox: Sandbox) => string {
  return (sandbox) => `/campaigns/${campaignIn({ sandbox }, status).sid}`;
}

/** The first campaign of the demo account in this status. */
export function campaignIn(
  { sandbox }: Pick<Opened, 'sandbox'>,
  status: string,
): { readonly sid: string; readonly name: string } {
  const found = sandbox.state
    .campaigns()
    .find((campaign) => campaign.status === status && campaign.audience > 100);
  if (found === undefined) throw new Error(`the demo account has no campaign in ${status}`);
  return found;
}
