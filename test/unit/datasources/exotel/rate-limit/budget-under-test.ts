import { jest } from '@jest/globals';
import { RateLimiter, RateLimited } from '../../../../../src/datasources/exotel/rate-limit/rate-limiter.js';
import { type Permit } from '../../../../../src/datasources/exotel/rate-limit/priority-queue.js';
import {
  type PermitRequest,
  type Priority,
} from '../../../../../src/datasources/exotel/rate-limit/priority.js';
import { type RateHeaders } from '../../../../../src/datasources/exotel/rate-limit/upstream-quota.js';

/** When the fake clock starts: the beginning of a minute. */
export const startMs = Date.parse('2026-05-01T10:00:00Z');
export const minuteMs = 60_000;

export function newBudget(limit: number): RateLimiter {
  return new RateLimiter({ limit, now: Date.now });
}

/** A claim that waits for nothing unless told to. */
export function claimOf(priority: Priority, rest: Partial<PermitRequest> = {}): PermitRequest {
  return { priority, staleMs: 0, waitMs: 0, ...rest };
}

/** What an answer's headers say; nothing unless told. */
export function rate(headers: Partial<RateHeaders>): RateHeaders {
  return { limit: undefined, remaining: undefined, resetAtMs: undefined, ...headers };
}

/** Takes so many places, all answered at once. */
export async function use(budget: RateLimiter, count: number, priority: Priority = 'write'): Promise<void> {
  for (let index = 0; index < count; index += 1) (await budget.acquire(claimOf(priority))).answered();
}

/** The permit, or after how many seconds to come back. */
export async function tried(budget: RateLimiter, claim: PermitRequest): Promise<Permit | number> {
  try {
    return await budget.acquire(claim);
  } catch (error) {
    if (!(error instanceof RateLimited)) throw error;
    return error.facts.retryAfterSeconds ?? Number.NaN;
  }
}

/** How many places of this priority there are at this moment. */
export async function placesFor(budget: RateLimiter, priority: Priority, most = 100): Promise<number> {
  const permits: Permit[] = [];
  while (permits.length < most) {
    const permit = await tried(budget, claimOf(priority));
    if (typeof permit === 'number') break;
    permits.push(permit);
  }
  for (const permit of permits) permit.unused();
  return permits.length;
}

/** Lets this much time pass. */
export async function pass(milliseconds: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}
