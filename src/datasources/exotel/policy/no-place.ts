import { UpstreamFailure } from '../../../domain/upstream-failure.js';

/** There is no place in time. The budget knows when there will be one, so trying again before is of no use. */
export class NoPlace extends UpstreamFailure {
  constructor(waitMs: number) {
    super('rateLimited', { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) });
  }
}
