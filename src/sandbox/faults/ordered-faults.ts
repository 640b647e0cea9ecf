import { type Body, isBody, nestedParameters } from '../api/parameters.js';
import { type Campaign } from '../campaign.js';
import { hexDigits } from '../hash.js';
import { type Fault } from '../http/faults.js';
import { type SandboxState } from '../state.js';
import {
  FAULT_NAMES,
  type FaultName,
  faultOf,
  type FaultyOperation,
  SLOW_MS,
  valuesOf,
} from './test-values.js';

/** A failure of all calls, requested at the control address. */
interface Order {
  readonly fault: FaultName;
  readonly operations: readonly FaultyOperation[];
  /** When it ends; epoch milliseconds. */
  readonly until: number;
  /** Number of further calls that fail; undefined: all until the end. */
  callsLeft: number | undefined;
}

/** What decides whether a call fails. */
interface OrderingCall {
  readonly method: string;
  /** Sid of the campaign; undefined if the path has none. */
  readonly id: string | undefined;
  /** JSON of the body. */
  readonly body: unknown;
}

/** A fault, and the failure that it belongs to. */
interface OrderedFault {
  readonly name: FaultName;
  readonly fault: Fault;
}

/** Time for which the row of a `lost-done` campaign is unreadable, so that no search can settle its outcome. */
export const UNREADABLE_MS = 30_000;
const MAXIMUM_LOST = 1_000;

/** Decides which calls fail: by test values in the request or in its campaign, or because all calls are to fail. */
export class OrderedFaults {
  /** Failure of all calls; undefined: values only. */
  order: Order | undefined;
  readonly #state: SandboxState;
  readonly #slowMs: number;
  /** Hashes of calls that were `lost`, oldest first: their repeats are processed. */
  readonly #lost = new Set<string>();

  /** @param slowMs delay of `slow`. */
  constructor(state: SandboxState, slowMs = SLOW_MS) {
    this.#state = state;
    this.#slowMs = slowMs;
  }

  /** Fault of a call; undefined for none. Counts the call if all calls are to fail. */
  take(call: OrderingCall): OrderedFault | undefined {
    const operation = operationOf(call);
    if (operation === undefined) return undefined;
    const forAll = this.#takeOrder(operation);
    const name = forAll ?? this.#byValue(operation, call);
    if (name === undefined) return undefined;
    const fault = faultOf(name, operation, this.#slowMs);
    if (fault === undefined) return undefined;
    if (name === 'lost' && forAll === undefined && !this.#isFirst(call)) return undefined;
    return { name, fault };
  }

  /** Makes a campaign unreadable for a while: after `lost-done`, no read shows that the write was done. */
  hide(sid: string): void {
    const campaign = this.#state.find(sid);
    if (campaign) campaign.unreadableUntil = this.#state.now() + UNREADABLE_MS;
  }

  /** Whether the rows of a campaign are unreadable now. */
  isUnreadable({ dltTemplateId, unreadableUntil }: Campaign): boolean {
    if (dltTemplateId === valuesOf('unreadable').template) return true;
    return this.#state.now() < unreadableUntil || this.#current()?.fault === 'unreadable';
  }

  /** Whether the callbacks of a campaign are lost now. */
  losesCallbacks(sid: string): boolean {
    if (this.#current()?.fault === 'lost-callbacks') return true;
    const { list } = valuesOf('lost-callbacks');
    return list !== undefined && this.#state.find(sid)?.lists.includes(list) === true;
  }

  /** The order that is in force. */
  #current(): Order | undefined {
    const { order } = this;
    const isOver = order && (order.callsLeft === 0 || this.#state.now() >= order.until);
    if (isOver) this.order = undefined;
    return this.order;
  }

  #takeOrder(operation: FaultyOperation): FaultName | undefined {
    const order = this.#current();
    if (!order?.operations.includes(operation)) return undefined;
    if (order.callsLeft !== undefined) order.callsLeft -= 1;
    return order.fault;
  }

  #byValue(operation: FaultyOperation, { id, body }: OrderingCall): FaultName | undefined {
    const campaign = id === undefined ? undefined : this.#state.find(id);
    return FAULT_NAMES.find((name) => {
      const { list, sender, template } = valuesOf(name);
      switch (operation) {
        case 'create':
        case 'update':
          return list !== undefined && listsOf(body).includes(list);
        case 'action':
          return sender !== undefined && campaign?.senderId === sender;
        case 'read':
          return template !== undefined && campaign?.dltTemplateId === template;
      }
    });
  }

  /** Whether no such call was lost before. The repeat of a lost call is forgotten, so that the next one is lost again. */
  #isFirst({ method, id, body }: OrderingCall): boolean {
    const hash = hexDigits(JSON.stringify([method, id ?? null, body]), 32);
    if (this.#lost.delete(hash)) return false;
    this.#lost.add(hash);
    const [oldest] = this.#lost;
    if (this.#lost.size > MAXIMUM_LOST && oldest !== undefined) this.#lost.delete(oldest);
    return true;
  }
}

function operationOf({ method, body }: OrderingCall): FaultyOperation | undefined {
  if (method === 'GET') return 'read';
  if (method === 'POST') return 'create';
  if (method !== 'PUT') return undefined;
  return parametersOf(body)['action'] === undefined ? 'update' : 'action';
}

function listsOf(body: unknown): readonly unknown[] {
  const { lists } = parametersOf(body);
  return Array.isArray(lists) ? lists : [];
}

/** Parameters of a body, as the API reads them. */
function parametersOf(body: unknown): Body {
  return isBody(body) ? nestedParameters(body) : {};
}
