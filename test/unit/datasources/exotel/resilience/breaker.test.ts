import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CircuitBreaker } from '../../../../../src/datasources/exotel/resilience/circuit-breaker.js';
import { NotSent } from '../../../../../src/datasources/exotel/resilience/call-refusals.js';
import { type FailureReason, UpstreamFailure } from '../../../../../src/domain/upstream-failure.js';
import { pass, startMs } from '../rate-limit/rate-limiter-under-test.js';

let breaker: CircuitBreaker;
let sent: number;
beforeEach(() => {
  jest.useFakeTimers({ now: startMs });
  breaker = new CircuitBreaker(Date.now);
  sent = 0;
});
afterEach(() => {
  jest.useRealTimers();
});

/** Sends one call that fails with this reason; returns its error. */
async function fail(reason: FailureReason): Promise<unknown> {
  const call = () => {
    sent += 1;
    return Promise.reject(new UpstreamFailure(reason));
  };
  return breaker.run(call).catch((error: unknown) => error);
}
async function failTimes(count: number, reason: FailureReason): Promise<void> {
  for (let index = 0; index < count; index += 1) await fail(reason);
}
async function succeed(): Promise<unknown> {
  const call = () => {
    sent += 1;
    return Promise.resolve('an answer');
  };
  return breaker.run(call).catch((error: unknown) => error);
}

describe('the circuit breaker', () => {
  it.each<FailureReason>(['unavailable', 'unreachable', 'timeout'])(
    'opens after 8 consecutive failures: %s',
    async (reason) => {
      await failTimes(8, reason);
      expect(sent).toBe(8);
      for (let index = 0; index < 50; index += 1) expect(await fail(reason)).toBeInstanceOf(NotSent);
      expect(sent).toBe(8);
    },
  );

  it('refuses calls as definitely not processed', async () => {
    await failTimes(8, 'timeout');
    expect(await fail('timeout')).toMatchObject({ reason: 'unreachable', mayHaveBeenProcessed: false });
  });

  it.each<FailureReason>([
    'notFound',
    'refused',
    'duplicate',
    'forbidden',
    'unauthorized',
    'rateLimited',
    'invalidResponse',
  ])('does not open after any number of these responses: %s', async (reason) => {
    await failTimes(50, reason);
    expect(sent).toBe(50);
  });

  it.each([
    ['a success', () => succeed()],
    ['a refusal', () => fail('notFound')],
  ])('does not open if the failures are interrupted by %s', async (_what, answer) => {
    for (let index = 0; index < 5; index += 1) {
      await failTimes(7, 'unavailable');
      await answer();
    }
    expect(sent).toBe(40);
  });
});

describe('the half-open circuit breaker', () => {
  beforeEach(async () => {
    await failTimes(8, 'unreachable');
    await pass(2999);
    expect(await succeed()).toBeInstanceOf(NotSent);
    await pass(1);
    sent = 0;
  });

  it('closes after one successful probe', async () => {
    let answer: (value: string) => void = () => undefined;
    const probe = breaker.run(() => new Promise<string>((resolve) => (answer = resolve)));
    const others = Array.from({ length: 20 }, () => succeed());
    await pass(1000);
    expect(sent).toBe(0);
    answer('it is back');
    expect(await probe).toBe('it is back');
    expect(await Promise.all(others)).toEqual(others.map(() => 'an answer'));
    expect(sent).toBe(20);
  });

  it('opens again after a failed probe, for the full delay', async () => {
    await fail('unreachable');
    expect(await succeed()).toBeInstanceOf(NotSent);
    await pass(3000);
    expect(await succeed()).toBe('an answer');
    await failTimes(7, 'unreachable');
    expect(await succeed()).toBe('an answer');
  });

  it('counts failures of calls that waited behind the probe, until a success resets the count', async () => {
    let answer: (value: string) => void = () => undefined;
    const probe = breaker.run(() => new Promise<string>((resolve) => (answer = resolve)));
    const failures: ((error: Error) => void)[] = [];
    const waiting = Array.from({ length: 7 }, () =>
      breaker
        .run(() => new Promise<string>((_resolve, reject) => failures.push(reject)))
        .catch(() => 'failed'),
    );
    answer('it is back');
    await probe;
    await pass(0);
    expect(failures).toHaveLength(7);
    for (const [index, reject] of failures.entries()) {
      reject(new UpstreamFailure('unavailable'));
      await waiting[index];
      expect(await succeed()).toBe('an answer');
    }
    await failTimes(7, 'unavailable');
    expect(await succeed()).toBe('an answer');
  });

  it('closes after a probe with a client error', async () => {
    await fail('notFound');
    expect(await succeed()).toBe('an answer');
  });
});
