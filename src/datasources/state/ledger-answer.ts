import { type OtherCall, type OthersView } from '../exotel/policy/call-ledger.js';
import { type RateHeaders } from '../exotel/policy/upstream-count.js';

/** What the ledger's scripts answer. */
export interface LedgerAnswer {
  readonly isGranted: boolean;
  readonly waitMs: number;
  /** How many gateways are there, this one among them. */
  readonly gateways: number;
  readonly view: OthersView;
  /** Tells whether what the upstream told another gateway is news. */
  readonly toldText: string;
}

/** Reads an answer of the ledger's scripts, with its spans as times of this process's clock. */
export function readLedgerAnswer(answer: unknown, nowMs: number): LedgerAnswer {
  const [granted, waitMs, pausedMs, gateways, toldText, ...calls] = answer as [
    number,
    number,
    number,
    number,
    string,
    ...string[],
  ];
  return {
    isGranted: granted === 1,
    waitMs,
    gateways,
    toldText,
    view: {
      calls: calls.map((call) => callOf(call, nowMs)),
      pausedUntilMs: pausedMs > 0 ? nowMs + pausedMs : 0,
      told: toldText === '' ? undefined : headersOf(toldText),
    },
  };
}

function callOf(text: string, nowMs: number): OtherCall {
  const [leftMs = 0, isBackground, ageMs = 0, isInFlight] = text.split(' ').map(Number);
  return {
    isBackground: isBackground === 1,
    isInFlight: isInFlight === 1,
    beganAtMs: nowMs - ageMs,
    expiresAtMs: nowMs + leftMs,
  };
}

function headersOf(text: string): RateHeaders {
  const { limit, remaining, resetAtMs } = JSON.parse(text) as Partial<RateHeaders>;
  return { limit, remaining, resetAtMs };
}
