import { UpstreamFailure } from '../../../domain/upstream-failure.js';

/** Failure of a request that was not sent. It tells a writer that nothing was done. */
export class NotSent extends UpstreamFailure {
  constructor() {
    super('unreachable');
  }
}
