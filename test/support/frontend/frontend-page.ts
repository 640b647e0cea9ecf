import { createServer } from 'node:http';
import { copyFile } from 'node:fs/promises';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { entryOf, writeKeys } from '../clients/callers.js';
import { credentials, type GatewayUnderTest, startGatewayOn } from '../gateway/gateway-under-test.js';
import { inSeconds, sign, startIssuer } from '../clients/issuer.js';
import { type Block, blocksOf, type PageApplication, writeApplication } from './page-blocks.js';

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

/** Starts gateways and writes the applications, with typed operations and artifacts made by the page's commands. */
export async function startFrontendPage(): Promise<FrontendPage> {
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
  await app.plain.run(commands('npx graphql-codegen'));
  const schema = new URL('../../../client.graphql', import.meta.url);
  await copyFile(schema, join(app.plain.directory, 'client.graphql'));
  await app.plain.run(commands('npx relay-compiler'));
  for (const one of [app.key, app.wrongKey, app.proxied, app.tokens, app.events])
    await one.run(`cd ${app.plain.directory}/src && cp -r operations.ts __generated__ ${one.directory}/src`);
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
