/** Priority of a call that a caller waits for. */
export type CallerPriority = 'write' | 'read';

/**
 * Sends a queued call as soon as a new call of this priority would be sent.
 * @param onQueued called if that is not at once.
 * @throws RateLimited if a new call would be refused. The queued call keeps waiting.
 */
export type RaiseCall = (priority: CallerPriority, onQueued: () => void) => Promise<void>;

/** Called when a call has to wait for a permit of the rate limiter. */
export type OnQueued = (raise: RaiseCall) => void;
