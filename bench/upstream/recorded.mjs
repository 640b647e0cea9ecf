/**
 * The upstream of the comparison: the sandbox's own answers, each made once and then given from memory. Its clock
 * stands still, so that every contestant gets the same bytes.
 *
 * `node recorded.mjs [limit]`: with a limit it refuses, as the sandbox does, what is over it in a minute.
 */
import { RateLimit } from '../../dist/sandbox/http/rate-limit.js';
import { startSandbox } from '../../dist/sandbox/sandbox.js';
import { credentials } from '../credentials.mjs';
import { Controls } from './controls.mjs';
import { serveBytes, StoredAnswer } from './serve-bytes.mjs';

const limit = new RateLimit(Number(process.argv[2] ?? 0));
const start = Date.now();
const sandbox = await startSandbox({ ...credentials, clock: () => start });
const controls = new Controls();
/** @type {Map<string, Promise<{ status: number, body: string, stored: StoredAnswer }>>} */
const recorded = new Map();

async function record(path, head) {
  const authorization = /^authorization: (.*)$/im.exec(head)?.[1] ?? '';
  const answer = await fetch(sandbox.baseUrl + path, { headers: { authorization } });
  const body = await answer.text();
  return { status: answer.status, body, stored: new StoredAnswer(answer.status, body) };
}

async function answer(path, head, send) {
  if (controls.take(path, send)) return;
  const { refusal, headers } = limit.take(Date.now());
  if (refusal) {
    controls.over += 1;
    send(new StoredAnswer(refusal.status, refusal.body, refusal.headers).bytes);
    return;
  }
  if (!recorded.has(path)) recorded.set(path, record(path, head));
  const { status, body, stored } = await recorded.get(path);
  const isLimited = Object.keys(headers).length > 0;
  controls.deliver(send, isLimited ? new StoredAnswer(status, body, headers) : stored);
}

console.log(`ready ${await serveBytes((path, head, send) => void answer(path, head, send))}`);
