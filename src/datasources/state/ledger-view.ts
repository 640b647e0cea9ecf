import { type OthersView } from '../exotel/policy/call-ledger.js';
import { type RateHeaders } from '../exotel/policy/upstream-count.js';
import { type BookAnswer } from './call-book.js';

/** What the book answered, with its spans as times of this process's clock. */
export function viewIn({ calls, pausedMs, told }: BookAnswer, nowMs: number): OthersView {
  return {
    calls: calls.map(({ isBackground, isInFlight, ageMs, leftMs }) => ({
      isBackground,
      isInFlight,
      beganAtMs: nowMs - ageMs,
      expiresAtMs: nowMs + leftMs,
    })),
    pausedUntilMs: pausedMs > 0 ? nowMs + pausedMs : 0,
    told: told === '' ? undefined : headersOf(told),
  };
}

function headersOf(text: string): RateHeaders {
  const { limit, remaining, resetAtMs } = JSON.parse(text) as Partial<RateHeaders>;
  return { limit, remaining, resetAtMs };
}
