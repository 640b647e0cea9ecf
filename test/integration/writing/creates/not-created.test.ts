import { describe, expect, it } from '@jest/globals';
import { type Fault } from '../../../../src/sandbox/http/faults.js';
import { type CreateCampaignInput } from '../../../operations/generated.js';
import {
  answerOf,
  create,
  createdSid,
  diwali,
  diwaliAlready,
  keyed,
  ofPosts,
  posts,
  sidsOf,
} from '../../../support/writing/creating.js';
import { setup, startScripted, type SandboxAndGateway } from '../../../support/gateway/setup.js';

let both: SandboxAndGateway;

const hour = 3_600_000;
const otherInput: CreateCampaignInput = { ...keyed, template: 'Another text' };

/** The first POSTs go wrong as said, one after the other. */
async function startWith(...faults: readonly Fault[]): Promise<SandboxAndGateway> {
  both = await setup({
    sandbox: { faults: ofPosts((post) => faults[post]) },
    gateway: { environment: { EXOTEL_TIMEOUT_MS: '1000' } },
  });
  return both;
}

/** The same with as many calls a minute as an account has, and so many campaigns that start later. */
async function startBefore(count: number, fault: Fault): Promise<SandboxAndGateway> {
  both = await setup({
    sandbox: { faults: ofPosts((post) => (post === 0 ? fault : undefined)) },
    gateway: { environment: { EXOTEL_RATE_LIMIT: '30' } },
  });
  const later = { template: 'Another', senderId: 'OTHER', startsAt: Date.now() + 48 * hour };
  for (let index = 0; index < count; index += 1)
    both.sandbox.state.insert({ ...diwaliAlready, ...later, name: `Campaign ${index}` });
  return both;
}

describe('a create whose two attempts the upstream itself ended, and that is not in the list', () => {
  const ends: [string, Fault][] = [
    ['a reset', { kind: 'reset' }],
    ['500', { kind: 'status', status: 500 }],
    ['502', { kind: 'html' }],
    ['503', { kind: 'status', status: 503 }],
    ['507', { kind: 'status', status: 507 }],
    ['half of a refusal', { kind: 'truncate' }],
  ];
  it.each(ends)('(%s) is UPSTREAM_UNAVAILABLE, and its key is free for any input', async (_how, fault) => {
    const { gateway, sandbox } = await startWith(fault, fault);
    const { codes } = await create(gateway, keyed);
    expect(codes).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(sandbox.calls.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET', 'POST', 'GET', 'GET']);
    expect([await createdSid(gateway, otherInput)]).toEqual(sidsOf(sandbox));
    expect(posts(sandbox)).toBe(3);
  });

  it('is UPSTREAM_UNAVAILABLE without a key too', async () => {
    const { gateway, sandbox } = await startWith({ kind: 'reset' }, { kind: 'reset' });
    expect((await create(gateway, diwali)).codes).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(posts(sandbox)).toBe(2);
  });

  it('is not created if the second attempt gets 429', async () => {
    const { gateway, sandbox } = await startWith(
      { kind: 'reset' },
      { kind: 'status', status: 429, retryAfterSeconds: 60 },
    );
    expect((await create(gateway, keyed)).codes).toEqual(['UPSTREAM_RATE_LIMITED']);
    expect((await create(gateway, otherInput)).codes).toEqual(['UPSTREAM_RATE_LIMITED']);
    expect(posts(sandbox)).toBe(2);
  });
});

describe('OUTCOME_UNKNOWN, and a repeat with the key continues with a search', () => {
  it.each<[string, Fault, Fault]>([
    ['twice without an answer', { kind: 'hang' }, { kind: 'hang' }],
    ['first without an answer', { kind: 'hang' }, { kind: 'reset' }],
    ['then without an answer', { kind: 'reset' }, { kind: 'hang' }],
    ['a success that can not be read', { kind: 'garbage' }, { kind: 'garbage' }],
    ['a success that can not be decoded', { kind: 'reset' }, { kind: 'garbage' }],
  ])('%s', async (_how, first, second) => {
    const { gateway, sandbox } = await startWith(first, second);
    expect(await create(gateway, keyed)).toEqual({
      sid: undefined,
      codes: ['OUTCOME_UNKNOWN'],
      campaignName: diwali.name,
    });
    expect(posts(sandbox)).toBe(2);
    expect((await create(gateway, otherInput)).codes).toEqual(['IDEMPOTENCY_KEY_REUSED']);
    expect([await createdSid(gateway, keyed)]).toEqual(sidsOf(sandbox));
  });

  it.each([
    [450, 'is read through', 2],
    [550, 'is too long', 1],
  ])('a list of %i campaigns that start later %s: %i POSTs', async (count, _how, expected) => {
    const { gateway, sandbox } = await startBefore(count, { kind: 'reset' });
    const { codes } = await create(gateway, keyed);
    expect(codes).toEqual(expected === 1 ? ['OUTCOME_UNKNOWN'] : []);
    expect(posts(sandbox)).toBe(expected);
  });

  it('a list that is too long to read still finds the campaign by a part of its name', async () => {
    const { gateway, sandbox } = await startBefore(600, { kind: 'reset', when: 'after' });
    const sid = await createdSid(gateway, diwali);
    expect(sandbox.state.find(sid)?.name).toBe(diwali.name);
    expect(posts(sandbox)).toBe(1);
  });
});

describe('a POST that another server answered, for all that is known', () => {
  it.each([300, 301, 302, 303, 304, 307, 308, 404])(
    '(HTTP %i, not as the API does) may still be processed: the outcome is unknown after two, and the key stays taken',
    async (status) => {
      const { gateway, methods } = await startScripted(
        ({ method }, response) => {
          if (method !== 'POST') return answerOf([]);
          response.writeHead(status).end('<html>elsewhere</html>');
          return undefined;
        },
        { EXOTEL_TIMEOUT_MS: '1000' },
      );
      expect((await create(gateway, keyed)).codes).toEqual(['OUTCOME_UNKNOWN']);
      expect((await create(gateway, otherInput)).codes).toEqual(['IDEMPOTENCY_KEY_REUSED']);
      expect(methods().filter((method) => method === 'POST')).toHaveLength(2);
    },
  );
});

describe("another program's campaign of the time of a create that was not done", () => {
  const others = { template: 'Another text', senderId: 'OTHERS', lists: ['another'] };
  it.each(['', '  ', 'a', 'camp', '---', '🎉', 'नमस्ते'])(
    'with the name %j and other properties is not an obstacle to the second POST, unless its name is similar',
    async (name) => {
      const { gateway, sandbox } = await startWith({ kind: 'reset' });
      sandbox.state.insert({ ...diwaliAlready, ...others, name, createdAt: Date.now() });
      const { codes } = await create(gateway, { ...keyed, name: 'Diwali campaign' });
      const isSimilar = name === 'camp';
      expect({ codes, posts: posts(sandbox) }).toEqual({
        codes: isSimilar ? ['OUTCOME_UNKNOWN'] : [],
        posts: isSimilar ? 1 : 2,
      });
    },
  );

  it.each(['', 'a'])('with the name %j and one other property may be the campaign', async (name) => {
    const { gateway, sandbox } = await startWith({ kind: 'reset' });
    sandbox.state.insert({ ...diwaliAlready, senderId: 'OTHERS', name, createdAt: Date.now() });
    expect((await create(gateway, keyed)).codes).toEqual(['OUTCOME_UNKNOWN']);
    expect(posts(sandbox)).toBe(1);
  });
});

describe('a list of campaigns that are older', () => {
  it('does not match the lost create, although the content is the same', async () => {
    const { gateway, sandbox } = await startWith({ kind: 'reset' });
    const old = { ...diwaliAlready, createdAt: Date.now() - hour, startsAt: Date.now() - hour };
    for (let index = 0; index < 3; index += 1) sandbox.state.insert(old);
    await createdSid(gateway, diwali);
    expect(sidsOf(sandbox)).toHaveLength(4);
    expect(posts(sandbox)).toBe(2);
  });
});
