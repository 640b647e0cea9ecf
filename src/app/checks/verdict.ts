import { isPlainErrorCode } from '../../domain/upstream-failure.js';

/** Result of one check. */
export interface Verdict {
  readonly result: 'passed' | 'failed' | 'skipped';
  /** Why, for an operator. It has no secret, and nothing that another server has sent. */
  readonly detail: string;
}

export const passed = (detail: string): Verdict => ({ result: 'passed', detail });
export const failed = (detail: string): Verdict => ({ result: 'failed', detail });
export const skipped = (detail: string): Verdict => ({ result: 'skipped', detail });

/** The code of a failure to reach a server, in words. */
export function unreachable(error: unknown): string {
  const { code, name, cause } = (error ?? {}) as { code?: unknown; name?: unknown; cause?: unknown };
  if (name === 'TimeoutError' || name === 'AbortError') return 'it does not answer in time';
  if (typeof code === 'string' && isPlainErrorCode(code)) return wordsOf(code);
  return cause === undefined ? 'it cannot be reached' : unreachable(cause);
}

/** What a code means to an operator. */
export function wordsOf(code: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `its host name cannot be resolved (${code})`;
  if (code === 'ECONNREFUSED') return `nothing listens there (${code})`;
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return `it does not answer in time (${code})`;
  if (/CERT|SIGNATURE|^UNABLE_TO_|^INVALID_CA$/.test(code)) return `its certificate is not trusted (${code})`;
  return `it cannot be reached (${code})`;
}
