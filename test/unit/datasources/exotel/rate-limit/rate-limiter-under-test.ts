import { jest } from '@jest/globals';
import { RateLimiter } from '../../../../../src/datasources/exotel/rate-limit/rate-limiter.js';
import { RateLimited } from '../../../../../src/datasources/exotel/resilience/call-refusals.js';
import {
  type Permit,
  type PermitRequest,
  type Priority,
} from '../../../../../src/datasources/exotel/rate-limit/priority-queue.js';
import { type RateHeaders } from '../../../../../src/datasources/exotel/rate-limit/upstream-quota.js';

/** Start of the fake clock: the beginning of a minute. */
export const startMs = Date.parse('2026-05-01T10:00:00Z');
export const minuteMs = 60_000;

export function newRateLimiter(limit: number): RateLimiter {
  return new RateLimiter({ limit, now: Date.now });
}

/** A request for a permit that does not wait by default. */
export function requestOf(priority: Priority, rest: Partial<PermitRequest> = {}): PermitRequest {
  return { priority, staleMs: 0, waitMs: 0, ...rest };
}

/** Rate headers of a response; none by default. */
export function rate(headers: Partial<RateHeaders>): RateHeaders {
  return { limit: undefined, remaining: undefined, resetAtMs: undefined, ...headers };
}

/** Sends this many calls, with responses at once. */
export async function use(limiter: RateLimiter, count: number, priority: Priority = 'write'): Promise<void> {
  for (let index = 0; index < count; index += 1) (await limiter.acquire(requestOf(priority))).answered();
}

/** The permit, or the number of seconds after which to retry. */
export async function tried(limiter: RateLimiter, request: PermitRequest): Promise<Permit | number> {
  try {
    return await limiter.acquire(request);
  } catch (error) {
    if (!(error instanceof RateLimited)) throw error;
    return error.facts.retryAfterSeconds ?? Number.NaN;
  }
}

/** Number of permits of this priority that are available now. */
export async function placesFor(limiter: RateLimiter, priority: Priority, most = 100): Promise<number> {
  const permits: Permit[] = [];
  while (permits.length < most) {
    const permit = await tried(limiter, requestOf(priority));
    if (typeof permit === 'number') break;
    permits.push(permit);
  }
  for (const permit of permits) permit.unused();
  return permits.length;
}

/** Advances the fake clock. */
export async function pass(milliseconds: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}
