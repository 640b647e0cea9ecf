import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { ask } from '../../support/clients/ask.js';
import { entryOf, writeKeys } from '../../support/clients/callers.js';
import { until } from '../../support/clients/subscribing.js';
import { setup } from '../../support/gateway/setup.js';
import { scrape } from '../../support/gateway/scraping.js';

const form = { 'content-type': 'application/json' };
const stream = { ...form, accept: 'text/event-stream' };
const mutationInAddress = encodeURIComponent('mutation { pauseCampaign(sid: "a") { campaign { sid } } }');
type Asked = readonly [what: string, path: string, code: string, request: Parameters<typeof request>[1]];

it.each<Asked>([
  ['a body that is no JSON', '/graphql', 'BAD_REQUEST', { method: 'POST', headers: form, body: '{bad' }],
  ['too large a body', '/graphql', 'BAD_REQUEST', { method: 'POST', headers: form, body: 'x'.repeat(3000) }],
  ['a body of another type', '/graphql', 'BAD_REQUEST', { method: 'POST', headers: {}, body: 'x' }],
  ['another address', '/nothing', 'NOT_FOUND', undefined],
  [
    'a stream that nobody accepts',
    '/graphql/stream',
    'BAD_REQUEST',
    { method: 'POST', headers: form, body: '{}' },
  ],
  ['a stream of nothing', '/graphql/stream', 'BAD_REQUEST', { method: 'POST', headers: stream, body: '[]' }],
  [
    'a stream of a mutation',
    `/graphql/stream?query=${mutationInAddress}`,
    'BAD_REQUEST',
    { headers: stream },
  ],
  [
    'a document that is not known by its name',
    '/graphql',
    'PERSISTED_QUERY_NOT_SUPPORTED',
    {
      method: 'POST',
      headers: form,
      body: JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }),
    },
  ],
  [
    'too large a document',
    '/graphql',
    'QUERY_TOO_LARGE',
    { method: 'POST', headers: form, body: JSON.stringify({ query: `{ ${'__typename '.repeat(60)} }` }) },
  ],
])('an error before an operation is counted once: %s', async (_what, path, code, sent) => {
  const { gateway } = await setup({
    gateway: { environment: { MAX_BODY_BYTES: '2000', MAX_QUERY_TOKENS: '50' } },
  });
  const { body } = await request(gateway.url + path, sent);
  expect(await body.text()).toContain(`"code":"${code}"`);
  const { value } = await scrape(gateway);
  expect(value('campaign_gateway_errors_total', { code })).toBe(1);
  expect(value('campaign_gateway_errors_total')).toBe(1);
});

it('refusals of callers are counted too', async () => {
  const keys = await writeKeys([entryOf('dashboard', 'the-key-of-the-dashboard', ['campaigns:read'])]);
  const { gateway } = await setup({
    gateway: { environment: { ...keys.environment, MAX_REQUESTS_PER_MINUTE: '2' } },
  });
  const answered = (key: string) => ask(gateway, '{ __typename }', { headers: { 'x-api-key': key } });
  await answered('nobody');
  for (let time = 0; time < 3; time += 1) await answered('the-key-of-the-dashboard');
  await keys.remove();
  const { value } = await scrape(gateway);
  expect(value('campaign_gateway_errors_total', { code: 'UNAUTHENTICATED' })).toBe(1);
  expect(value('campaign_gateway_errors_total', { code: 'TOO_MANY_REQUESTS' })).toBe(1);
});

it('queries of a WebSocket that wait when their client leaves are no errors', async () => {
  const { sandbox, gateway } = await setup({
    sandbox: {
      faults: ({ path }) => (path.endsWith('message-details') ? { kind: 'delay', delayMs: 500 } : undefined),
    },
  });
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await once(socket, 'message');
  // So large that a WebSocket makes one of them at a time.
  const nodes = '{ nodes { sid number name body status detailedStatus } }';
  for (const id of ['0', '1', '2']) {
    const { sid } = sandbox.state.insert({ status: 'completed', audience: 10 });
    const query = `{ campaign(sid: "${sid}") { messages(first: 500) ${nodes} } }`;
    socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }));
  }
  await until(() => sandbox.calls.length > 0);
  socket.terminate();
  const left = { transport: 'ws', outcome: 'left' };
  await until(async () => (await scrape(gateway)).value('campaign_gateway_operations_total', left) === 2);
  expect((await scrape(gateway)).value('campaign_gateway_errors_total')).toBe(0);
});
