import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { copyFile, cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { entryOf, writeKeys } from '../clients/callers.js';
import { credentials, type GatewayUnderTest, startGatewayOn } from '../gateway/gateway-under-test.js';
import { inSeconds, sign, startIssuer } from '../clients/issuer.js';
import { type Block, blocksOf, type PageApplication, writeApplication } from './page-blocks.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** What the page's commands have made: of the newest page, schema and libraries, if that suite has run before this one. */
const madeForTests = join(root, 'node_modules/.cache/frontend-page');
const generated = ['operations.ts', '__generated__'];

const apiKey = 'key-of-the-frontend-page';
const scopes = ['campaigns:read', 'campaigns:write', 'messages:read'];

type Access = 'open' | 'keys' | 'tokens';

/** The blocks of docs/frontend.md as applications, each in front of a gateway with the access that it expects. */
export interface FrontendPage {
  readonly blocks: readonly Block[];
  /** The block of commands with this text. */
  readonly commands: (part: string) => string;
  readonly sandbox: Sandbox;
  readonly gateways: Readonly<Record<Access, GatewayUnderTest>>;
  readonly app: Readonly<
    Record<'plain' | 'key' | 'wrongKey' | 'proxied' | 'tokens' | 'events', PageApplication>
  >;
  /** The response of the proxy before `app.proxied`, and how many requests it had. */
  readonly proxy: {
    status: number;
    headers: Readonly<Record<string, string>>;
    body: string;
    requests: number;
  };
  /** Seconds for which tokens are valid from now on, and for which the application's server says that they are. */
  readonly sayTokensAreValid: (seconds: { readonly really?: number; readonly said?: number }) => void;
  /** Number of tokens that the application's server has given since its last change. */
  readonly tokensGiven: () => number;
  /** Stops a gateway, does something meanwhile, and starts it again on the same port. */
  readonly restart: (access: Access, meanwhile: () => Promise<void>) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Starts gateways and writes the applications, with typed operations and artifacts made by the page's commands.
 * @param runsCommands whether the commands are run although a suite has just done so: that of the page itself.
 */
export async function startFrontendPage({ runsCommands = false } = {}): Promise<FrontendPage> {
  const blocks = await blocksOf('docs/frontend.md');
  const sandbox = await startSandbox({ ...credentials, seed: 'demo', speed: 60 });
  const keys = await writeKeys([entryOf('page', apiKey, scopes)]);
  const issuer = await startIssuer();
  const tokens = { really: 60, said: 60, given: 0 };
  const tokenServer = createServer((_request, response) => {
    tokens.given += 1;
    void sign(issuer.key, { exp: inSeconds(tokens.really) }).then((token) =>
      response.end(JSON.stringify({ access_token: token, expires_in: tokens.said })),
    );
  });
  await new Promise<void>((resolve) => tokenServer.listen(0, '127.0.0.1', resolve));
  const proxy: FrontendPage['proxy'] = { status: 503, headers: {}, body: '', requests: 0 };
  const proxyServer = createServer((_request, response) => {
    proxy.requests += 1;
    response.writeHead(proxy.status, proxy.headers).end(proxy.body);
  });
  await new Promise<void>((resolve) => proxyServer.listen(0, '127.0.0.1', resolve));
  const environments = { open: {}, keys: keys.environment, tokens: issuer.environment };
  const start = (access: Access, more = {}) =>
    startGatewayOn(sandbox.baseUrl, { ...environments[access], ...more });
  const gateways = { open: await start('open'), keys: await start('keys'), tokens: await start('tokens') };
  const addresses = ({ url }: GatewayUnderTest) => ({
    'http://localhost:4000': url,
    'localhost:4000': url.replace('http://', ''),
    '/api/token': `http://127.0.0.1:${(tokenServer.address() as AddressInfo).port}/`,
    'seconds * 1000': 'seconds', // a wait of a second takes a millisecond
    'rereadMs = 15_000': 'rereadMs = 15',
  });
  const withKey = { ...addresses(gateways.keys), "const key = ''": `const key: string = '${apiKey}'` };
  const app = {
    plain: await writeApplication(blocks, ['an API key', 'WebSocket'], addresses(gateways.open)),
    key: await writeApplication(blocks, ['an API key', 'WebSocket'], withKey),
    wrongKey: await writeApplication(blocks, ['an API key', 'WebSocket'], {
      ...withKey,
      "const key = ''": "const key: string = 'wrong'",
    }),
    proxied: await writeApplication(blocks, ['an API key', 'WebSocket'], {
      'http://localhost:4000': `http://127.0.0.1:${(proxyServer.address() as AddressInfo).port}`,
    }),
    tokens: await writeApplication(blocks, ['tokens', 'WebSocket'], addresses(gateways.tokens)),
    events: await writeApplication(blocks, ['tokens', 'server-sent events'], addresses(gateways.tokens)),
  };
  const commands = (part: string): string => {
    const found = blocks.find(({ language, text }) => language === 'sh' && text.includes(part));
    if (!found) throw new Error(`the page has no command ${part}`);
    return found.text;
  };
  const made = await madeOf(blocks);
  if (runsCommands || !existsSync(made)) {
    await app.plain.run(commands('npx graphql-codegen'));
    await copyFile(join(root, 'client.graphql'), join(app.plain.directory, 'client.graphql'));
    await app.plain.run(commands('npx relay-compiler'));
    await keepGenerated(join(app.plain.directory, 'src'), made);
  } else await copyGenerated(made, join(app.plain.directory, 'src'));
  for (const one of [app.key, app.wrongKey, app.proxied, app.tokens, app.events])
    await copyGenerated(join(app.plain.directory, 'src'), join(one.directory, 'src'));
  return {
    blocks,
    commands,
    sandbox,
    gateways,
    app,
    sayTokensAreValid: (seconds) => Object.assign(tokens, { really: 60, said: 60, given: 0 }, seconds),
    tokensGiven: () => tokens.given,
    restart: async (access, meanwhile) => {
      const { port } = new URL(gateways[access].url);
      await gateways[access].close();
      await meanwhile();
      gateways[access] = await start(access, { PORT: port });
    },
    proxy,
    close: async () => {
      await Promise.all(Object.values(app).map((one) => one.remove()));
      await Promise.all(Object.values(gateways).map((gateway) => gateway.close()));
      for (const server of [tokenServer, proxyServer]) server.close().closeAllConnections();
      await Promise.all([issuer.close(), sandbox.close(), keys.remove()]);
    },
  };
}

/** Where the commands' results for these blocks are kept. */
async function madeOf(blocks: readonly Block[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(blocks));
  for (const file of ['client.graphql', 'package-lock.json']) hash.update(await readFile(join(root, file)));
  return join(madeForTests, hash.digest('hex').slice(0, 16));
}

async function copyGenerated(from: string, to: string): Promise<void> {
  for (const name of generated) await cp(join(from, name), join(to, name), { recursive: true });
}

/** Several suites may do so at the same time: each result is there as a whole, or not at all. */
async function keepGenerated(from: string, made: string): Promise<void> {
  await mkdir(madeForTests, { recursive: true });
  const unfinished = await mkdtemp(`${madeForTests}/unfinished-`);
  await copyGenerated(from, unfinished);
  await rm(made, { recursive: true, force: true });
  await rename(unfinished, made).catch(() => rm(unfinished, { recursive: true })); // another suite was faster
}
