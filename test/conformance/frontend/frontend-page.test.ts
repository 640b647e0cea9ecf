import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'graphql';
import { WebSocket } from 'ws';
import { findBrowser, launchBrowser } from '../../support/frontend/browser.js';
import { describeWithDashboard } from '../../support/frontend/dashboard.js';
import {
  clients,
  type FetchModule,
  left,
  type Operations,
  type Row,
  watch,
} from '../../support/frontend/frontend-clients.js';
import { type FrontendPage, startFrontendPage } from '../../support/frontend/frontend-page.js';
import { startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import {
  bundle,
  type PageApplication,
  problemsOf,
  writeApplication,
} from '../../support/frontend/page-blocks.js';
import { until } from '../../support/clients/subscribing.js';
import { validInput } from '../../support/writing/valid-input.js';

const root = new URL('../../../', import.meta.url);
let page: FrontendPage;
let app: FrontendPage['app'];

beforeAll(async () => {
  page = await startFrontendPage({ runsCommands: true });
  ({ app } = page);
});
afterAll(() => page.close());

let warned: readonly { readonly mock: { readonly calls: readonly unknown[][] } }[] = [];
beforeEach(() => {
  Object.assign(globalThis, { WebSocket }); // as in a browser; Node 20 has none
  warned = (['warn', 'error'] as const).map((level) => jest.spyOn(console, level).mockReturnValue());
});
afterEach(() => {
  for (const leave of left.splice(0)) leave();
  page.sayTokensAreValid({});
  const words = warned.flatMap((spy) => spy.mock.calls);
  jest.restoreAllMocks();
  Reflect.deleteProperty(globalThis, 'WebSocket');
  expect(words).toEqual([]);
});

/** Runs an action on a campaign as another page of the same gateway would. */
async function act(action: 'pause' | 'resume', sid: string, { of }: Application): Promise<void> {
  const { send } = await of().load<FetchModule>('fetch');
  const document = parse(
    `mutation($sid: ID!) { done: ${action}Campaign(sid: $sid) { campaign { status } userErrors { code } } }`,
  );
  expect(await send(document, { sid })).toMatchObject({ data: { done: { userErrors: [] } } });
}

/** Paused campaigns of the sandbox, each for one test. */
const paused = (() => {
  let next = 0;
  return (): string => {
    const all = page.sandbox.state.campaigns().filter(({ status }) => status === 'paused');
    const sid = all[next++ % all.length]?.sid;
    if (sid === undefined) throw new Error('the sandbox has no paused campaign');
    return sid;
  };
})();

/** @slow */
describe('the page', () => {
  it('has blocks that the compiler accepts, in each variant', async () => {
    const files = [...(await app.plain.sources()), ...(await app.events.sources())];
    expect(problemsOf(files)).toEqual([]);
  });

  it('installs every package that its code imports', () => {
    const installed = new Set(
      page.blocks
        .filter(({ language }) => language === 'sh')
        .flatMap(({ text }) => [...text.matchAll(/npm install (.*)/g)])
        .flatMap(([, names = '']) => names.split(' ')),
    );
    installed.add('graphql-sse'); // in the text
    const imported = page.blocks
      .filter(({ language }) => language.startsWith('ts'))
      .flatMap(({ text }) => [...text.matchAll(/from '([^.'][^']*)'/g)])
      .map(([, path = '']) =>
        path
          .split('/')
          .slice(0, path.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    expect([...new Set(imported)].filter((name) => !installed.has(name))).toEqual([]);
  });

  it('lets the origin of its first command read responses', async () => {
    const [, origin = ''] = /CORS_ORIGINS=(\S+) npm start/.exec(page.commands('CORS_ORIGINS')) ?? [];
    const gateway = await startGatewayOn(page.sandbox.baseUrl, { CORS_ORIGINS: origin });
    const response = await fetch(`${gateway.url}/graphql?query={__typename}`, {
      headers: { origin, 'apollo-require-preflight': '1' },
    });
    await gateway.close();
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
  });

  it('shows an event in a terminal', async () => {
    const text = page
      .commands('curl -sN')
      .replaceAll('localhost:4000', page.gateways.open.url.replace('http://', ''));
    const curl = spawn('sh', ['-c', text], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    curl.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until(() => output.includes('data: {'), 60_000, 'the first event');
    process.kill(-(curl.pid ?? 0));
    const shown = page.blocks.find(({ text: block }) => block.startsWith('event: next'))?.text ?? 'nothing';
    expect(output).toContain(shown);
  });

  it('has a remedy, or an owner, for each code of an error', () => {
    const source = readFileSync(new URL('src/domain/errors.ts', root), 'utf8');
    const codes = [...(/ErrorCode =(.*?);/s.exec(source)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(
      ([, code]) => code,
    );
    const block = page.blocks.find(({ file }) => file === 'src/errors.ts')?.text ?? '';
    const named = [
      ...block.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b|\bUNAUTHENTICATED\b|\bFORBIDDEN\b|\bOVERLOADED\b/g),
    ].map(String);
    expect([...new Set(named)].sort()).toEqual(codes.sort());
  });
});

/** A schedule that puts a new campaign at the start of the list. */
const latest = { startTime: new Date(Date.now() + 300 * 86_400_000).toISOString() };

interface Application {
  readonly how: string;
  readonly access: keyof FrontendPage['gateways'];
  readonly of: () => PageApplication;
}
const applications: readonly Application[] = [
  { how: 'without authentication', access: 'open', of: () => app.plain },
  { how: 'with an API key', access: 'keys', of: () => app.key },
  { how: 'with tokens', access: 'tokens', of: () => app.tokens },
  { how: 'with tokens, over event streams', access: 'tokens', of: () => app.events },
];

describe.each(clients)('$client', ({ show }) => {
  it.each(applications)('lists, watches, creates and pauses $how', async (one) => {
    const { of } = one;
    const sid = paused();
    const shown = await show(of(), sid);
    await until(() => shown.list()?.edges.length === 20, 60_000, 'the first page');
    await shown.more();
    await until(() => shown.list()?.edges.length === 40, 60_000, 'the second page');
    expect(new Set(shown.list()?.edges.map(({ node }) => node?.id)).size).toBe(40);

    await until(() => shown.campaign()?.status === 'PAUSED', 60_000, 'the campaign');
    expect(shown.campaign()?.messages?.totalCount).toBe(1500);
    await act('resume', sid, one);
    await until(() => shown.campaign()?.status === 'IN_PROGRESS', 60_000, 'the event');
    expect(await shown.pauseCampaign(sid)).toMatchObject({ campaign: { status: 'PAUSED' }, userErrors: [] });
    await until(() => shown.campaign()?.status === 'PAUSED', 60_000, 'the pause');
    expect(await shown.resumeCampaign(sid)).toMatchObject({ campaign: { status: 'IN_PROGRESS' } });
    expect(await shown.pauseCampaign(sid)).toMatchObject({ campaign: { status: 'PAUSED' } });

    const refused = await shown.createCampaign({ ...validInput, template: '' });
    expect(refused).toMatchObject({
      campaign: null,
      userErrors: [{ code: 'BLANK', field: ['input', 'template'] }],
    });
    const created = await shown.createCampaign({ ...validInput, name: 'of the page', schedule: latest });
    expect(created).toMatchObject({ campaign: { name: 'of the page', status: 'CREATED' } });
    await until(
      () => shown.list()?.edges.some(({ node }) => node?.id === created.campaign?.id) ?? false,
      60_000,
      'the new row',
    );
  });
});

describe.each(clients)('$client', ({ show }) => {
  it('shows that a campaign does not exist, and asks once', async () => {
    const before = page.sandbox.calls.length;
    const shown = await show(app.plain, 'e'.repeat(32));
    await until(() => shown.campaign() !== undefined, 60_000, 'an answer');
    expect(shown.campaign()).toBeNull();
    await setTimeout(100);
    expect(page.sandbox.calls.slice(before).filter(({ path }) => path.includes('eeee')).length).toBeLessThan(
      3,
    );
  });

  it('keeps all loaded rows after a lost connection, and reads them again', async () => {
    const sid = paused();
    const shown = await show(app.plain, sid);
    const loaded = (): number => shown.list()?.edges.length ?? 0;
    await until(() => loaded() >= 20, 60_000, 'the first page');
    await shown.more();
    await until(() => loaded() >= 40, 60_000, 'the second page');
    await until(() => shown.campaign()?.status === 'PAUSED', 60_000, 'the campaign');
    let created = '';
    await page.restart('open', () => {
      created = page.sandbox.state.insert({ startsAt: Date.now() + 400 * 86_400_000 }).sid;
      return Promise.resolve();
    });
    await until(() => shown.list()?.edges[0]?.node?.id === created, 60_000, 'the list of the new connection');
    expect(loaded()).toBeGreaterThanOrEqual(40);
    expect(shown.campaign()?.messages?.edges).toHaveLength(50);
  });

  it('reads messages again while counts change, where no callback reports them', async () => {
    const { sid } = page.sandbox.state.insert({ status: 'in-progress', audience: 300 });
    const shown = await show(app.plain, sid);
    const sent = () => shown.campaign()?.messages?.edges.filter(({ node }) => node?.status === 'SENT').length;
    await until(() => sent() !== undefined, 60_000, 'the messages');
    const before = sent() ?? 0;
    await until(() => (sent() ?? 0) > before, 60_000, 'a message that was sent');
  });
});

describeWithDashboard('the React component', () => {
  const toClose: (() => Promise<unknown>)[] = [];
  afterAll(() => Promise.all(toClose.map((close) => close())));

  it('shows a campaign, live, without a warning on the console', async () => {
    const pages = createServer((_request, response) => {
      response
        .setHeader('content-type', 'text/html')
        .end(`<!doctype html><body><script type="module">${script}</script>`);
    });
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    toClose.push(() => {
      pages.close().closeAllConnections();
      return Promise.resolve();
    });
    const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    const gateway = await startGatewayOn(page.sandbox.baseUrl, { CORS_ORIGINS: origin });
    toClose.push(() => gateway.close());
    const react = await writeApplication(
      page.blocks,
      ['an API key', 'WebSocket'],
      { 'http://localhost:4000': gateway.url },
      'examples/dashboard/node_modules', // React is a dependency of nothing else
    );
    toClose.push(() => react.remove());
    await react.run(`cp ${app.plain.directory}/src/operations.ts src`);
    const component = join(react.directory, 'src/campaign.tsx');
    expect(problemsOf([component])).toEqual([]);
    const script = await bundle(component);
    const browser = await launchBrowser(findBrowser() ?? '');
    toClose.push(() => browser.close());
    const shown = await browser.newPage();
    const complaints: string[] = [];
    shown.on('console', (said) => {
      if (['warning', 'error'].includes(said.type())) complaints.push(said.text());
    });
    shown.on('pageerror', (error) => complaints.push(error.message));
    await shown.goto(origin);
    const status = shown.getByRole('status');
    await status.filter({ hasText: 'PAUSED' }).waitFor();
    await shown.getByRole('button', { name: 'Resume' }).click();
    await status.filter({ hasText: 'IN_PROGRESS' }).waitFor();
    const before = await status.innerText();
    await until(async () => (await status.innerText()) !== before, 60_000, 'an event');
    expect(complaints).toEqual([]);
  });
});

describe('Relay', () => {
  it.each(applications)('reads and watches $how', async (one) => {
    const { of } = one;
    const sid = paused();
    const { readCampaign, watchCampaign } = await of().load<{
      readonly readCampaign: (sid: string) => Promise<{ campaign: Row }>;
      readonly watchCampaign: (sid: string) => { dispose(): void };
    }>('relay-page');
    const { environment } = await of().load<{
      environment: { getStore(): { getSource(): { get(id: string): { status?: string } | undefined } } };
    }>('relay');
    const status = () => environment.getStore().getSource().get(sid)?.status;
    expect((await readCampaign(sid)).campaign).toMatchObject({ id: sid, status: 'PAUSED' });
    const watching = watchCampaign(sid);
    left.push(() => {
      watching.dispose();
    });
    await act('resume', sid, one);
    await until(() => status() === 'IN_PROGRESS', 60_000, 'the event');
    await act('pause', sid, one);
  });
});

describe('plain fetch', () => {
  it.each(applications)('reads $how', async ({ of }) => {
    const { send } = await of().load<FetchModule>('fetch');
    const { CampaignsDocument } = await of().load<Operations>('operations');
    const { data } = await send(CampaignsDocument, { filter: { status: ['PAUSED'] } });
    expect(new Set(data?.campaigns.edges.map(({ node }) => node?.status))).toEqual(new Set(['PAUSED']));
  });

  it('validates the example of a create', async () => {
    const { send } = await app.plain.load<FetchModule>('fetch');
    const { ValidateCampaignDocument } = await app.plain.load<Operations>('operations');
    const { example } = await app.plain.load<{ readonly example: object }>('create-example');
    expect(await send(ValidateCampaignDocument, { input: example })).toMatchObject({
      data: { validateCampaign: { valid: true, userErrors: [] } },
    });
  });

  it('gets a new token if one is refused, and sends the request again', async () => {
    const { send } = await app.tokens.load<FetchModule>('fetch');
    const { forgetToken } = await app.tokens.load<{ readonly forgetToken: () => void }>('auth');
    const { CampaignsDocument } = await app.tokens.load<Operations>('operations');
    page.sayTokensAreValid({ really: -1 });
    forgetToken();
    const refused = await send(CampaignsDocument, {});
    expect(refused.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect(page.tokensGiven()).toBe(2);
    page.sayTokensAreValid({});
    expect((await send(CampaignsDocument, {})).data?.campaigns.edges).toHaveLength(20);
    expect(page.tokensGiven()).toBe(1);
  });
});

describe('the live connection', () => {
  it.each([
    { how: 'WebSocket', of: () => app.tokens },
    { how: 'event streams', of: () => app.events },
  ])('continues with a new token over $how when the old one expires', async ({ of }) => {
    const sid = paused();
    const { forgetToken } = await of().load<{ readonly forgetToken: () => void }>('auth');
    forgetToken();
    page.sayTokensAreValid({ really: 2, said: 2 });
    const { results } = await watch(of(), sid);
    await until(() => results.length === 1, 60_000, 'the first event');
    page.sayTokensAreValid({});
    await until(() => results.length === 2, 60_000, 'the first event with the new token');
    expect(results.map(({ data }) => data?.campaignUpdated.id)).toEqual([sid, sid]);
  });

  it.each(applications)(
    'begins with the campaign as it is now after a lost connection, $how',
    async (one) => {
      const { of, access } = one;
      const sid = paused();
      const { results, reconnected } = await watch(of(), sid);
      await until(() => results.length === 1, 60_000, 'the first event');
      await page.restart(access, async () => {
        const other = await startGatewayOn(page.sandbox.baseUrl);
        await other.send({ query: `mutation { resumeCampaign(sid: "${sid}") { campaign { status } } }` });
        await other.close();
      });
      await until(() => results.length > 1, 60_000, 'the first event of the new connection');
      expect(results[1]?.data?.campaignUpdated).toMatchObject({ id: sid, status: 'IN_PROGRESS' });
      await until(() => reconnected() > 0, 60_000, 'the call of `onReconnect`');
      await act('pause', sid, one);
    },
  );

  it.each(applications)('shows why a subscription is refused, and ends, $how', async ({ of }) => {
    const { results, isComplete } = await watch(of(), 'f'.repeat(32));
    await until(isComplete, 60_000, 'the end');
    expect(results.map(({ errors }) => errors?.[0]?.extensions?.code)).toEqual(['BAD_USER_INPUT']);
  });
});
