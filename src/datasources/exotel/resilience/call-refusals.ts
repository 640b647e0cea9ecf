import { UpstreamFailure } from '../../../domain/upstream-failure.js';

/** Failure of a call that was not sent. It tells a writer that nothing was done. */
export class NotSent extends UpstreamFailure {
  constructor() {
    super('unreachable');
  }
}

/** Refusal by the rate limiter, which knows when there will be a permit: an earlier retry is useless. */
export class RateLimited extends UpstreamFailure {
  constructor(waitMs: number) {
    super('rateLimited', { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) });
  }
}
