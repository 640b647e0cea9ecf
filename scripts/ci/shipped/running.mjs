/** What whoever runs the gateway sees of it, however it was shipped. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

const readyWithinMs = 60_000;
const endsWithinMs = 30_000;

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return String(port);
}

/** Starts it and waits until it says that it is ready. */
export async function start([command, ...args], options) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${why}: ${text}`));
    const timer = setTimeout(fail, readyWithinMs, 'it was not ready in time');
    const hear = (chunk) => {
      text += chunk;
      if (text.includes('campaign-gateway is ready')) resolve(clearTimeout(timer));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', () => fail('it ended'));
  });
  return child;
}

/** It lives, is ready, answers a query of campaigns with their messages, and shows GraphiQL with nothing to fetch. */
export async function expectToServe(url) {
  for (const path of ['/livez', '/readyz']) {
    const { status } = await fetch(`${url}${path}`);
    assert.equal(status, 200, path);
  }
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: '{ campaigns(first: 2) { nodes { sid messages(first: 1) { totalCount } } } }',
    }),
  });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  assert.equal(data.campaigns.nodes.length, 2);
  const page = await fetch(`${url}/`, { headers: { accept: 'text/html' } });
  assert.equal(page.status, 200);
  const html = await page.text();
  assert.match(html, /graphiql/i);
  assert.ok(html.length > 1_000_000, `GraphiQL is a page of ${html.length} characters`);
}

/** Ends with exit code 0 on a signal. */
export async function expectToEnd(child, signal = 'SIGTERM') {
  const ended = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), endsWithinMs);
  child.kill(signal);
  const [code, by] = await ended;
  clearTimeout(timer);
  assert.deepEqual({ code, by }, { code: 0, by: null });
}
