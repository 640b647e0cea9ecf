import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RateLimited } from '../../../../../src/datasources/exotel/resilience/call-refusals.js';
import { type RateLimiter } from '../../../../../src/datasources/exotel/rate-limit/rate-limiter.js';
import { CallPolicy, type Attempt } from '../../../../../src/datasources/exotel/resilience/call-policy.js';
import { type FailureReason, UpstreamFailure } from '../../../../../src/domain/upstream-failure.js';
import { newRateLimiter, pass, rate, startMs, use } from '../rate-limit/rate-limiter-under-test.js';

const timeoutMs = 10_000;
let limiter: RateLimiter;
let policy: CallPolicy;

function limitedTo(limit: number): void {
  limiter = newRateLimiter(limit);
  policy = new CallPolicy({ rateLimiter: limiter, timeoutMs, now: Date.now, random: () => 0.5 });
}
beforeEach(() => {
  jest.useFakeTimers({ now: startMs });
  limitedTo(30);
});
afterEach(() => {
  limiter.close();
  jest.useRealTimers();
});

const failing = (reason: FailureReason, retryAfterSeconds?: number) =>
  jest.fn(() =>
    Promise.reject(new UpstreamFailure(reason, retryAfterSeconds === undefined ? {} : { retryAfterSeconds })),
  );
/** Result of a call, and its duration in milliseconds. */
async function endOf(call: Promise<unknown>): Promise<{ end: unknown; afterMs: number }> {
  const fromMs = Date.now();
  const ended = call.catch((error: unknown) => error).then((end) => ({ end, afterMs: Date.now() - fromMs }));
  await pass(120_000);
  return ended;
}

describe('a write', () => {
  it.each<[FailureReason, number]>([
    ['unavailable', 1],
    ['timeout', 1],
    ['invalidResponse', 1],
    ['refused', 1],
    ['unreachable', 3],
    ['rateLimited', 3],
  ])(
    'with %s is sent %i time(s), and is retried only if it was certainly not processed',
    async (reason, times) => {
      const send = failing(reason);
      await endOf(policy.once({ priority: 'write' }, send));
      expect(send).toHaveBeenCalledTimes(times);
    },
  );

  it('without a permit within seconds is not sent, and fails with a retry delay', async () => {
    limitedTo(1);
    await use(limiter, 1);
    const send = failing('unavailable');
    const { end, afterMs } = await endOf(policy.once({ priority: 'write' }, send));
    expect(end).toBeInstanceOf(RateLimited);
    expect(end).toMatchObject({ facts: { retryAfterSeconds: 60 } });
    expect([afterMs, send.mock.calls.length]).toEqual([0, 0]);
  });
});

describe('a read', () => {
  it('takes a permit for every attempt', async () => {
    await policy.retried({ priority: 'read' }, () => Promise.resolve(1));
    expect(limiter.left).toBe(29);
    void policy.retried({ priority: 'read' }, failing('unavailable')).catch(() => undefined);
    await pass(1000);
    expect(limiter.left).toBe(26);
  });

  it('reports every attempt', async () => {
    const origin = { calls: 0 };
    await endOf(policy.retried({ priority: 'read', origin }, failing('unavailable')));
    expect(origin.calls).toBe(3);
  });

  it('has one deadline for all attempts, however long each takes', async () => {
    const given: number[] = [];
    const hang = (_tell: unknown, tryMs: number) => {
      given.push(tryMs);
      return new Promise<never>((_, reject) => {
        setTimeout(reject, tryMs, new UpstreamFailure('timeout'));
      });
    };
    const { end, afterMs } = await endOf(policy.retried({ priority: 'read' }, hang));
    expect(end).toMatchObject({ reason: 'timeout' });
    expect(afterMs).toBeLessThanOrEqual(timeoutMs * 1.5 + 2000);
    expect(given).toEqual([10_000, 6900]);
  });

  it('waits for the Retry-After of the upstream, and so do all other calls', async () => {
    const send = jest.fn<() => Promise<string>>();
    send.mockRejectedValueOnce(new UpstreamFailure('rateLimited', { retryAfterSeconds: 2 }));
    send.mockResolvedValue('an answer');
    const first = policy.retried({ priority: 'read' }, send);
    await pass(1);
    const second = policy.retried({ priority: 'read' }, send);
    await pass(1900);
    expect(send).toHaveBeenCalledTimes(1);
    await pass(200);
    expect(await Promise.all([first, second])).toEqual(['an answer', 'an answer']);
  });

  it('fails at once if Retry-After exceeds its deadline', async () => {
    const send = failing('rateLimited', 3600);
    const { end, afterMs } = await endOf(policy.retried({ priority: 'read' }, send));
    expect(end).toMatchObject({ reason: 'rateLimited', facts: { retryAfterSeconds: 3600 } });
    expect([afterMs, send.mock.calls.length]).toEqual([0, 1]);
  });

  it('does not pause other calls if the rate limiter refuses it', async () => {
    const send: Attempt<number> = () => Promise.resolve(1);
    const reads = Array.from({ length: 30 }, () => policy.retried({ priority: 'read' }, send));
    expect((await Promise.allSettled(reads)).filter(({ status }) => status === 'rejected')).toHaveLength(3);
    await expect(policy.once({ priority: 'write' }, send)).resolves.toBe(1);
  });

  it('does not extend a pause that another call has received', async () => {
    const metIt = policy.once({ priority: 'write' }, failing('rateLimited', 10));
    await expect(metIt).rejects.toMatchObject({ reason: 'rateLimited' });
    const send: Attempt<number> = () => Promise.resolve(1);
    for (let second = 0; second < 5; second += 1) {
      await expect(policy.retried({ priority: 'read' }, send)).rejects.toBeInstanceOf(RateLimited);
      await pass(1000);
    }
    await pass(5000);
    await expect(policy.retried({ priority: 'read' }, send)).resolves.toBe(1);
  });

  it('corrects the rate limiter by the headers of a response, even if its body fails', async () => {
    const send: Attempt<never> = (received) => {
      received.headers = rate({ remaining: 0, resetAtMs: startMs + 30_000 });
      return Promise.reject(new UpstreamFailure('invalidResponse'));
    };
    const { end } = await endOf(policy.retried({ priority: 'read' }, send));
    expect(end).toMatchObject({ reason: 'rateLimited', facts: { retryAfterSeconds: 30 } });
  });
});

describe('an upstream that is down', () => {
  it('gets 8 attempts, and unsent calls release their permits', async () => {
    const send = failing('unavailable');
    for (let index = 0; index < 50; index += 1)
      await expect(policy.once({ priority: 'write' }, send)).rejects.toBeInstanceOf(UpstreamFailure);
    expect(send).toHaveBeenCalledTimes(8);
    expect(limiter.left).toBe(22);
  });

  it('is not inferred from a full bulkhead', async () => {
    limitedTo(0);
    const answers: (() => void)[] = [];
    const slow = () =>
      new Promise<string>((resolve) =>
        answers.push(() => {
          resolve('an answer');
        }),
      );
    const crowd = Array.from({ length: 10_200 }, () => policy.once({ priority: 'read' }, slow));
    const ends = Promise.allSettled(crowd);
    for (let answered = 0; answered < 10_128; answered += answers.splice(0).length) {
      await pass(1);
      for (const answer of answers) answer();
    }
    const refused = (await ends).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(10_200 - 10_128);
    await expect(policy.once({ priority: 'read' }, () => Promise.resolve('on'))).resolves.toBe('on');
  });
});
