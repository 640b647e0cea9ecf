import { UpstreamFailure } from '../../../domain/upstream-failure.js';

/** Thrown in place of a call that was not sent. A writer may know from it that nothing was done. */
export class NotSent extends UpstreamFailure {
  constructor() {
    super('unreachable');
  }
}
