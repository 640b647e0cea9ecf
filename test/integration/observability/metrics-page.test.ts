import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'undici';
import { ask } from '../../support/clients/ask.js';
import { writeKeys } from '../../support/clients/callers.js';
import { setup } from '../../support/gateway/setup.js';
import { openRaw } from '../../support/clients/raw-client.js';
import { scrape } from '../../support/gateway/scraping.js';
import { postCallback } from '../../support/clients/subscribing.js';

const count = '{ campaigns(first: 1) { totalCount } }';

const token = { METRICS_TOKEN: 'the-token-of-the-scraper' };
const other = { HOST: '0.0.0.0', AUTH_MODE: 'none' };
const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

describe('/metrics', () => {
  it('requires METRICS_TOKEN if it is set', async () => {
    const { gateway } = await setup({ gateway: { environment: token } });
    const answered = async (authorization?: string) =>
      (
        await request(`${gateway.url}/metrics`, {
          headers: authorization === undefined ? {} : { authorization },
        })
      ).statusCode;
    expect(await answered()).toBe(401);
    expect(await answered('Bearer wrong')).toBe(401);
    expect(await answered('Bearer ')).toBe(401);
    expect(await answered('Basic the-token-of-the-scraper')).toBe(401);
    expect(await answered('Bearer the-token-of-the-scraper')).toBe(200);
  });

  it.each<[string, Record<string, string>, Record<string, string>, number]>([
    ['is open to this machine', {}, {}, 200],
    ['is open to this machine under any of its names', {}, { host: 'app.localhost:4000' }, 200],
    ['is closed on a host that others reach', other, {}, 401],
    ['is closed there to whatever token', other, bearer('x'), 401],
    ['is closed under another host name', { ALLOWED_HOSTS: 'a.example' }, { host: 'a.example' }, 401],
    ['is closed to what a proxy passes on', {}, { 'x-forwarded-for': '192.0.2.1' }, 401],
    ['is closed to what another proxy passes on', {}, { forwarded: 'for=192.0.2.1' }, 401],
    ['is open to Prometheus', {}, { 'x-prometheus-scrape-timeout-seconds': '10' }, 200],
    ['is open to the token on any host', { ...other, ...token }, bearer(token.METRICS_TOKEN), 200],
    ['is closed without it on any host', { ...other, ...token }, {}, 401],
  ])('%s', async (_what, environment, headers, status) => {
    const { gateway } = await setup({ gateway: { environment } });
    const answer = await request(`${gateway.url}/metrics`, { headers });
    const text = await answer.body.text();
    expect(answer.statusCode).toBe(status);
    expect(text.includes('campaign_gateway_')).toBe(status === 200);
    if (environment['METRICS_TOKEN'] === undefined && status === 401) expect(text).toContain('METRICS_TOKEN');
  });

  describe('without METRICS_TOKEN refuses a request', () => {
    it.each([
      ...['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host', 'X-Forwarded-Port', 'X-Forwarded'],
      ...['Forwarded', 'Forwarded-For', 'Via', 'X-Real-IP', 'X-Client-IP', 'CF-Connecting-IP', 'CF-Ray'],
      ...['True-Client-IP', 'X-Envoy-External-Address', 'X-Original-Forwarded-For', 'X-Cluster-Client-IP'],
      ...['Fastly-Client-IP', 'X-Amzn-Trace-Id', 'X-ProxyUser-Ip', 'X-Request-ID', 'Proxy-Connection'],
    ])('with %s, which a proxy adds', async (name) => {
      const { gateway } = await setup();
      const { statusCode, body } = await request(`${gateway.url}/metrics`, { headers: { [name]: '1' } });
      expect([statusCode, await body.text()]).toEqual([401, 'Closed until METRICS_TOKEN is set.\n']);
    });

    it.each([
      ['whose target names another host', 'http://evil.example/metrics', ['localhost'], 400],
      ['whose target has a user', 'http://localhost@evil.example/metrics', ['localhost'], 400],
      ['with another host', '/metrics', ['evil.example'], 401],
      ['with two hosts', '/metrics', ['localhost', 'evil.example'], 400],
      ['but not with a target of this machine', 'http://localhost/metrics', ['localhost'], 200],
    ])('%s', async (_what, target, hosts, status) => {
      const keys = await writeKeys([]); // with authentication, other routes take any host
      const { gateway } = await setup({ gateway: { environment: keys.environment } });
      const head = [`GET ${target} HTTP/1.1`, ...hosts.map((host) => `Host: ${host}`), 'Connection: close'];
      const client = await openRaw(gateway.url, `${head.join('\r\n')}\r\n\r\n`);
      client.read();
      await once(client.socket, 'close');
      expect(client.text()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      await keys.remove();
    });
  });

  it('has metrics of the process and the build, and counts of its own gateway only', async () => {
    const [one, other] = [await setup(), await setup()];
    await ask(one.gateway, count);
    const [first, second] = [await scrape(one.gateway), await scrape(other.gateway)];
    expect(first.value('campaign_gateway_operations_total')).toBe(1);
    expect(second.value('campaign_gateway_operations_total')).toBeUndefined();
    expect(first.value('process_resident_memory_bytes')).toBeGreaterThan(0);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(first.value('campaign_gateway_build_info', { version })).toBe(1);
    expect(first.value('campaign_gateway_redis_up')).toBeUndefined();
  });

  it('has no label values from clients or the upstream', async () => {
    const { gateway } = await setup({ sandbox: { seed: 'demo' } });
    const shape = async () =>
      (await scrape(gateway)).text.split('\n').filter((line) => line.startsWith('campaign_gateway')).length;
    const each = async (word: string): Promise<void> => {
      await ask(gateway, `query ${word} { campaigns(first: 1) { totalCount } }`);
      await ask(gateway, `query ${word} { campaign(sid: "${word}") { name } }`);
      await ask(gateway, `{ ${word} }`);
      await request(`${gateway.url}/${word}`).then(({ body }) => body.dump());
      await request(`${gateway.url}/graphql`, { method: 'DELETE' }).then(({ body }) => body.dump());
      await postCallback(`${gateway.url}/webhooks/exotel/campaign/${word}`, 'x');
    };
    await each('first');
    await each('second'); // what is answered from memory is counted apart
    await shape(); // asking for the page is a request too
    const before = await shape();
    for (let made = 0; made < 20; made += 1) await each(`word${made}`);
    expect(await shape()).toBe(before);
  });
});

describe('every metric named in this file is in /metrics:', () => {
  it.each(['deploy/grafana/dashboard.json', 'deploy/prometheus/alerts.yaml', 'docs/observability.md'])(
    '%s',
    async (file) => {
      const { gateway } = await setup();
      const { names } = await scrape(gateway);
      const known = [...names].flatMap((name) => [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]);
      const named = new Set(readFileSync(file, 'utf8').match(/campaign_gateway_\w+/g));
      expect(named.size).toBeGreaterThan(5);
      expect([...named].filter((name) => !known.includes(name))).toEqual([]);
    },
  );

  it('every metric in /metrics is in docs/observability.md', async () => {
    const { gateway } = await setup();
    const { text } = await scrape(gateway);
    const page = [...text.matchAll(/^# TYPE (campaign_gateway_\w+)/gm)].map(([, name = '']) => name);
    const document = readFileSync('docs/observability.md', 'utf8');
    expect(page.length).toBeGreaterThan(20);
    expect(page.filter((name) => !document.includes(`\`${name}\``))).toEqual([]);
  });
});
