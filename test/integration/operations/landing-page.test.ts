import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { readConfig } from '../../../src/config/config.js';
import { type Gateway, startGateway } from '../../../src/app/gateway.js';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway(readConfig({ PORT: '0', LOG_LEVEL: 'silent', GRAPHIQL: 'off' }));
});
afterAll(() => gateway.close());

async function get(path: string, accept?: string) {
  const answer = await request(`${gateway.url}${path}`, { headers: accept ? { accept } : {} });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}

describe('/ without GraphiQL', () => {
  it('is a page that runs and loads nothing', async () => {
    const { status, headers, text } = await get('/', 'text/html,application/xhtml+xml,*/*;q=0.8');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(text).not.toMatch(/<script|<style|https?:|src=/);
  });

  it('links only what answers', async () => {
    const { text } = await get('/');
    const paths = [...text.matchAll(/href="([^"]+)"/g)].map(([, path = '']) => path);
    expect(paths).toEqual(['/livez', '/readyz']);
    for (const path of paths) expect((await get(path)).status).toBe(200);
  });

  it('is JSON for programs that prefer it', async () => {
    const { headers, text } = await get('/', 'application/json');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(text)).toEqual({
      service: 'campaign-gateway',
      graphql: '/graphql',
      liveness: '/livez',
      readiness: '/readyz',
    });
  });
});
