import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { LargeBodies } from '../../../../src/datasources/exotel/resilience/large-bodies.js';
import { type ResponseReader } from '../../../../src/datasources/exotel/transport.js';
import { HeldMemory } from '../../../../src/domain/requests/request-trace.js';
import { UpstreamFailure } from '../../../../src/domain/upstream-failure.js';
import { rejectionOf, ScriptedUpstream } from './scripted-upstream.js';

const mebibyte = 1024 * 1024;
const large = Buffer.alloc(3 * mebibyte, ' ');
const get = { method: 'GET', path: '/any' } as const;
const lengths: ResponseReader<number> = { responded: ({ text }) => text.length, failed: () => undefined };

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(async () => {
  await upstream.stop();
});

it.each<[string, () => Buffer, Record<string, string>]>([
  ['of a stated length', () => large, { 'content-length': String(large.length) }],
  ['in chunks', () => large, {}],
  ['compressed', () => gzipSync(large), { 'content-encoding': 'gzip' }],
])('large responses at once (%s) are all read, one after the other', async (_what, body, headers) => {
  upstream.respond = (_request, response) => {
    response.writeHead(200, headers);
    response.write(body().subarray(0, 1000));
    response.end(body().subarray(1000));
  };
  const transport = upstream.transport({ largeBodies: new LargeBodies(4 * mebibyte) });
  const all = await Promise.all(Array.from({ length: 6 }, () => transport.send(get, lengths)));
  expect(all).toEqual(Array.from({ length: 6 }, () => large.length));
});

it('the memory of a large response is held until its request is answered', async () => {
  upstream.respond = (_request, response) => response.writeHead(200).end(large);
  const transport = upstream.transport({ largeBodies: new LargeBodies(4 * mebibyte) });
  const memory = new HeldMemory();
  const origin = { memory };
  const other = { memory: new HeldMemory() };
  expect(await transport.send(get, lengths, 20_000, origin)).toBe(large.length);
  expect(await rejectionOf(transport.send(get, lengths, 1000, other))).toMatchObject({ reason: 'noRoom' });
  memory.release();
  expect(await transport.send(get, lengths, 20_000, origin)).toBe(large.length);
  // What comes after the end of the request is held by nobody.
  expect(await transport.send(get, lengths, 20_000, origin)).toBe(large.length);
});

it.each([
  [60, 'of a stated length', false],
  [60, 'in chunks', false],
  [200, 'of a stated length', true],
  [200, 'in chunks', true],
] as const)('the memory of a response of %i KiB (%s) is held: %s', async (kibibytes, how, isHeld) => {
  const body = Buffer.alloc(kibibytes * 1024, ' ');
  const headers = how === 'in chunks' ? {} : { 'content-length': String(body.length) };
  upstream.respond = (_request, response) => {
    response.writeHead(200, headers);
    response.write(body.subarray(0, 1000));
    response.end(body.subarray(1000));
  };
  const transport = upstream.transport({ largeBodies: new LargeBodies(mebibyte / 2) });
  const send = (timeoutMs: number) => transport.send(get, lengths, timeoutMs, { memory: new HeldMemory() });
  await send(20_000);
  if (isHeld) expect(await rejectionOf(send(1000))).toMatchObject({ reason: 'noRoom' });
  else expect(await send(20_000)).toBe(body.length);
});

it('a request does not wait for its own memory, and is refused where that is too much', async () => {
  upstream.respond = (_request, response) =>
    response.writeHead(200, { 'content-length': String(large.length) }).end(large);
  const transport = upstream.transport({
    largeBodies: new LargeBodies(4 * mebibyte, { maximumOfOldest: 10 * mebibyte }),
  });
  const origin = { memory: new HeldMemory() };
  const send = () => transport.send(get, lengths, 20_000, origin);
  expect(await Promise.all([send(), send(), send()])).toEqual([large.length, large.length, large.length]);
  expect(await rejectionOf(send())).toMatchObject({ reason: 'tooLarge', code: 'QUERY_TOO_LARGE' });
});

it('a large text that is not all ASCII takes two bytes a character, one that is takes one', async () => {
  const mixed = Buffer.concat([Buffer.from('अ'), large]);
  for (const [body, isOver] of [
    [large, false],
    [mixed, true],
  ] as const) {
    upstream.respond = (_request, response) =>
      response.writeHead(200, { 'content-length': String(body.length) }).end(body);
    const transport = upstream.transport({ largeBodies: new LargeBodies(10 * mebibyte) });
    const send = (timeoutMs: number) => transport.send(get, lengths, timeoutMs, { memory: new HeldMemory() });
    await send(20_000);
    const next = isOver ? rejectionOf(send(1000)) : send(20_000);
    if (isOver) expect(await next).toMatchObject({ reason: 'noRoom' });
    else expect(await next).toBe(large.length);
  }
});

it('large responses to exports, which are held while their clients read, keep nobody else waiting', async () => {
  upstream.respond = (_request, response) => response.writeHead(200).end(large);
  const transport = upstream.transport({
    largeBodies: new LargeBodies(4 * mebibyte),
    largeExportBodies: new LargeBodies(4 * mebibyte),
  });
  const send = (isExport: boolean, timeoutMs = 20_000) =>
    transport.send(get, lengths, timeoutMs, { memory: new HeldMemory(), isExport });
  expect(await send(true)).toBe(large.length);
  expect(await send(false)).toBe(large.length);
  expect(await rejectionOf(send(true, 1000))).toMatchObject({ reason: 'noRoom' });
});

it('a large response that cannot be read holds no memory', async () => {
  upstream.respond = (_request, response) => response.writeHead(200).end(large);
  const transport = upstream.transport({ largeBodies: new LargeBodies(4 * mebibyte) });
  const failing: ResponseReader<number> = {
    responded: () => {
      throw new UpstreamFailure('invalidResponse');
    },
    failed: () => undefined,
  };
  for (let index = 0; index < 3; index += 1) {
    const origin = { memory: new HeldMemory() };
    expect(await rejectionOf(transport.send(get, failing, 20_000, origin))).toMatchObject({
      reason: 'invalidResponse',
    });
  }
});

it.each([
  ['as it is', {}, large],
  ['compressed', { 'content-encoding': 'gzip' }, gzipSync(large)],
])(
  "a large response (%s) that waits too long for room fails as the gateway's own",
  async (_how, headers, body) => {
    upstream.respond = (_request, response) => response.writeHead(200, headers).end(body);
    const transport = upstream.transport({ largeBodies: new LargeBodies(4 * mebibyte) });
    const origin = { memory: new HeldMemory() };
    expect(await transport.send(get, lengths, 20_000, origin)).toBe(large.length);
    const other = { memory: new HeldMemory() };
    expect(await rejectionOf(transport.send(get, lengths, 1000, other))).toMatchObject({
      code: 'OVERLOADED',
    });
  },
);
