import { ApiFailure } from '../api/failure.js';
import { type Fault } from '../http/faults.js';

/** What a call does. `action` is an update with an action; `read` is any GET. */
export const FAULTY_OPERATIONS = ['create', 'update', 'action', 'read'] as const;

/** Kind of call that can fail. */
export type FaultyOperation = (typeof FAULTY_OPERATIONS)[number];

/** Values that cause one failure. A missing one: the failure does not exist there. */
interface TestValues {
  /** Sid of a list: in a create or an update that sends it. */
  readonly list?: string;
  /** `sender_id` of a campaign: in actions on it. */
  readonly sender?: string;
  /** `dlt_template_id` of a campaign: in reads of it. */
  readonly template?: string;
}

/** Failures by name, and the values that cause them (docs/sandbox.md). */
export const TEST_VALUES = {
  rejected: { list: 'list-rejected', sender: 'REJECTED', template: '1107000000000000403' },
  lost: { list: 'list-lost', sender: 'LOST' },
  'lost-done': { list: 'list-lost-done', sender: 'LOSTDONE' },
  'lost-found': { list: 'list-lost-found', sender: 'LOSTFOUND' },
  'rate-limited': { list: 'list-rate-limited', sender: 'RATELIMITED', template: '1107000000000000429' },
  slow: { list: 'list-slow', sender: 'SLOW', template: '1107000000000000202' },
  timeout: { template: '1107000000000000504' },
  down: { list: 'list-down', sender: 'DOWN', template: '1107000000000000503' },
  unreadable: { template: '1107000000000000200' },
  'lost-callbacks': { list: 'list-lost-callbacks' },
} as const satisfies Readonly<Record<string, TestValues>>;

/** Name of a failure. */
export type FaultName = keyof typeof TEST_VALUES;

/** Names of all failures, in the order of the table. */
export const FAULT_NAMES = Object.keys(TEST_VALUES) as readonly FaultName[];

/** Values of a failure, with `undefined` for those that it lacks. */
export function valuesOf(name: FaultName): TestValues {
  return TEST_VALUES[name];
}

/** Seconds in `Retry-After` of `rate-limited`. */
const RETRY_AFTER_SECONDS = 20;
/** Delay of `slow`: noticed by people, and below the timeout of the gateway. */
export const SLOW_MS = 3_000;

/**
 * Fault of a call. `unreadable` and `lost-callbacks` change no call: campaigns and callbacks ask for them.
 * @param slowMs delay of `slow`.
 */
export function faultOf(name: FaultName, operation: FaultyOperation, slowMs: number): Fault | undefined {
  switch (name) {
    case 'rejected':
      return { kind: 'refuse', failure: refusals[operation] };
    case 'lost': // as from a proxy that gave up: the response does not show that nothing was done
      return operation === 'read' ? undefined : { kind: 'status', status: 504 };
    case 'lost-done':
    case 'lost-found':
      return operation === 'read' ? undefined : { kind: 'reset', when: 'after' };
    case 'rate-limited':
      return { kind: 'status', status: 429, retryAfterSeconds: RETRY_AFTER_SECONDS };
    case 'slow':
      return { kind: 'delay', delayMs: slowMs };
    case 'timeout':
      return { kind: 'hang' };
    case 'down':
      return { kind: 'status', status: 503 };
    case 'unreadable':
    case 'lost-callbacks':
      return undefined;
  }
}

const notApproved = ApiFailure.invalid('dlt_template_id', 'is not approved for this sender');
const refusals: Readonly<Record<FaultyOperation, ApiFailure>> = {
  create: notApproved,
  update: notApproved,
  action: ApiFailure.invalid('action', 'is not possible now'),
  read: ApiFailure.notAllowed('These credentials may not read this campaign'),
};
