import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ApolloClient, type ErrorLike, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, type Exchange, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient as createStreamClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { Agent, request } from 'undici';
import { onEnd, pipe, subscribe } from 'wonka';
import { WebSocket } from 'ws';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { change } from '../../support/writing/creating.js';
import { setup } from '../../support/gateway/setup.js';
import { type ClientError, type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { scrape } from '../../support/gateway/scraping.js';
import { until } from '../../support/clients/subscribing.js';

/** What a page learns from its client. */
interface Page {
  readonly data: unknown[];
  readonly codes: unknown[];
  hasEnded: boolean;
}

/** Subscribes as a client's documentation shows it. @returns unsubscribes. */
type Subscribe = (url: string, query: string, page: Page) => () => unknown;

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;

/** In development, Apollo Client complains about a fatal error's lack of fields. */
jest.spyOn(console, 'error').mockImplementation(() => undefined);

beforeEach(async () => {
  const at = Date.now(); // nothing happens at the upstream but what the test does
  ({ sandbox, gateway } = await setup({ sandbox: { clock: () => at } }));
  ({ sid } = sandbox.state.insert({ status: 'in-progress', audience: 3 }));
});

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Notes the errors of GraphQL in whatever a client reports. */
function noteErrors({ codes }: Page, failure: unknown): void {
  const found = Array.isArray(failure)
    ? failure
    : isObject(failure) && 'errors' in failure
      ? failure.errors
      : [];
  codes.push(...(found as ClientError[]).map(({ extensions }) => extensions?.code));
}

/** Notes what a sink of graphql-sse or graphql-ws gets. */
const sinkOf = (page: Page) => ({
  next: (result: { readonly data?: unknown; readonly errors?: unknown }) => {
    if (result.data != null) page.data.push(result.data);
    noteErrors(page, result.errors);
  },
  error: (error: unknown) => {
    noteErrors(page, error);
    page.hasEnded = true;
  },
  complete: () => {
    page.hasEnded = true;
  },
});

const socketClient = (url: string) =>
  createSocketClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
const streamClient = (url: string) => createStreamClient({ url, retryAttempts: 0 });

const overUrql =
  (exchangeOf: (url: string) => Exchange, fetchSubscriptions: boolean): Subscribe =>
  (url, query, page) => {
    const client = new Client({ url, exchanges: [exchangeOf(url)], fetchSubscriptions });
    const subscription = pipe(
      client.subscription(query, {}),
      onEnd(() => (page.hasEnded = true)),
      subscribe(
        ({
          data,
          error,
        }: {
          readonly data?: unknown;
          readonly error?: { readonly graphQLErrors: unknown };
        }) => {
          if (data != null) page.data.push(data);
          noteErrors(page, error?.graphQLErrors);
        },
      ),
    );
    return () => {
      subscription.unsubscribe();
    };
  };

const clients: readonly [name: string, protocol: string, subscribe: Subscribe][] = [
  [
    'Apollo Client with HttpLink',
    'multipart',
    (url, query, page) => {
      const client = new ApolloClient({ link: new HttpLink({ uri: url }), cache: new InMemoryCache() });
      const note = ({ data, error }: { readonly data?: unknown; readonly error?: ErrorLike }): void => {
        if (data != null) page.data.push(data);
        noteErrors(page, error);
      };
      const ended = (): void => {
        page.hasEnded = true;
      };
      const subscription = client
        .subscribe({ query: gql(query) })
        .subscribe({ next: note, error: ended, complete: ended });
      return () => {
        subscription.unsubscribe();
      };
    },
  ],
  ['urql with fetchSubscriptions', 'sse', overUrql(() => fetchExchange, true)],
  [
    'urql with graphql-sse',
    'sse',
    overUrql((url) => {
      const client = streamClient(url);
      return subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: client.subscribe({ query, variables: { ...variables } }, sink as never),
          }),
        }),
      });
    }, false),
  ],
  [
    'urql with graphql-ws',
    'ws',
    overUrql((url) => {
      const client = socketClient(url);
      return subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: client.subscribe({ query, variables: { ...variables } }, sink as never),
          }),
        }),
      });
    }, false),
  ],
  ['graphql-sse', 'sse', (url, query, page) => streamClient(url).subscribe({ query }, sinkOf(page))],
  ['graphql-ws', 'ws', (url, query, page) => socketClient(url).subscribe({ query }, sinkOf(page))],
  ['Hive Router', 'multipart', asHiveRouter],
];

/**
 * As Hive Router 0.0.x asks subgraphs and reads their parts: what it sends cannot be run here. It looks for the boundary
 * anywhere, not only at the beginning of a line.
 */
function asHiveRouter(url: string, query: string, page: Page): () => unknown {
  const dispatcher = new Agent();
  const sink = sinkOf(page);
  void (async () => {
    const { statusCode, headers, body } = await request(url, {
      method: 'POST',
      dispatcher,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        connection: 'keep-alive',
        accept: 'multipart/mixed;subscriptionSpec="1.0", text/event-stream',
      },
      body: JSON.stringify({ query }),
    });
    const [, boundary = ''] =
      /^multipart\/mixed.*boundary="([^"]+)"/.exec(String(headers['content-type'])) ?? [];
    if (statusCode !== 200 || boundary === '') throw new Error(`It can't read ${statusCode}.`);
    let buffer = '';
    for await (const text of body.setEncoding('utf8') as AsyncIterable<string>) {
      const parts = (buffer + text).split(`--${boundary}`);
      buffer = parts.pop() ?? '';
      for (const part of parts) {
        const json = part.slice(part.indexOf('\r\n\r\n') + 1).trim();
        if (json === '' || json === '{}') continue;
        const { payload, errors } = JSON.parse(json) as {
          readonly payload: object | null;
          readonly errors?: object;
        };
        sink.next(payload ?? { errors });
      }
    }
    sink.complete();
  })().catch(sink.error);
  return () => dispatcher.destroy();
}

const open = (begin: Subscribe, query: string): Page & { readonly leave: () => unknown } => {
  const page: Page = { data: [], codes: [], hasEnded: false };
  return Object.assign(page, { leave: begin(`${gateway.url}/graphql`, query, page) });
};
const updates = (of: string, argument = '') =>
  `subscription { campaignUpdated(sid: "${of}"${argument}) { __typename id status } }`;
const current = ', sendCurrent: true';
const statusesOf = ({ data }: Page) =>
  data.map(
    (one) => (one as { readonly campaignUpdated: { readonly status: string } }).campaignUpdated.status,
  );

describe.each(clients)('%s, over %s', (name, transport, subscribe) => {
  it('gets each change, and frees the gateway when it leaves', async () => {
    const page = open(subscribe, updates(sid, current));
    await until(() => page.data.length === 1);
    await change(gateway, 'pause', sid);
    await until(() => page.data.length === 2);
    await change(gateway, 'resume', sid);
    await until(() => page.data.length === 3);
    expect(statusesOf(page)).toEqual(['IN_PROGRESS', 'PAUSED', 'IN_PROGRESS']);
    expect([page.codes, page.hasEnded]).toEqual([[], false]);
    const opened = async () =>
      (await scrape(gateway)).value('campaign_gateway_subscriptions_open', { transport });
    expect(await opened()).toBe(1);
    await page.leave();
    await until(async () => (await opened()) === 0);
  });

  it.each([
    ['an unknown sid', 'BAD_USER_INPUT', () => updates('unknown')],
    [
      'a field that does not exist',
      'GRAPHQL_VALIDATION_FAILED',
      () => updates(sid).replace('status', 'nope'),
    ],
    ['what can’t be parsed', 'GRAPHQL_PARSE_FAILED', () => updates(sid).replace('status', '$')],
  ])('learns why %s is refused, and that it is over', async (_what, code, query) => {
    if (code === 'GRAPHQL_PARSE_FAILED' && /Apollo|urql/.test(name)) return; // they parse it themselves
    const page = open(subscribe, query());
    const neverEnds = name === 'urql with graphql-ws' && code.startsWith('GRAPHQL_'); // an `error` of graphql-ws
    await until(() => page.codes.length > 0 && (page.hasEnded || neverEnds));
    expect([[...new Set(page.codes)], page.data]).toEqual([[code], []]); // urql repeats its last result at the end
    await page.leave();
  });

  it('learns that the gateway stops', async () => {
    const page = open(subscribe, updates(sid, current));
    await until(() => page.data.length === 1);
    await gateway.close();
    await until(() => page.hasEnded);
    expect(page.codes).toEqual(transport === 'multipart' ? ['SHUTTING_DOWN'] : []);
    await page.leave();
  });
});
