import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { isBody } from '../api/parameters.js';
import { type Clock } from '../clock.js';
import { type OrderedFaults } from './ordered-faults.js';
import { FAULT_NAMES, FAULTY_OPERATIONS, TEST_VALUES } from './test-values.js';

/** Address of the control. */
const CONTROL_PATH = '/sandbox/faults';

const DEFAULT_SECONDS = 60;
const MAXIMUM_SECONDS = 3_600;
const MAXIMUM_CALLS = 10_000;
const MAXIMUM_BYTES = 10_000;

/** A problem of an order, for the person who sent it. */
class BadOrder extends Error {}

/**
 * Adds the address that orders a failure for all calls: `POST` orders, `DELETE` ends, `GET` shows. It needs no credentials, since
 * those of the sandbox are public. It refuses web pages: any page in a developer's browser could order failures otherwise.
 */
export function addControl(app: FastifyInstance, faults: OrderedFaults, clock: Clock): void {
  const show = (_request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    send(reply, 200, { ...orderView(faults, clock()), values: TEST_VALUES });
  const refusePages = (
    { headers }: FastifyRequest,
    reply: FastifyReply,
    done: (error?: Error) => void,
  ): void => {
    if (headers.origin === undefined && headers['sec-fetch-site'] === undefined) done();
    else void send(reply, 403, { error: 'Web pages cannot order failures: use curl or a test runner.' });
  };
  const options = { onRequest: refusePages, bodyLimit: MAXIMUM_BYTES };
  app.get(CONTROL_PATH, options, show);
  app.delete(CONTROL_PATH, options, (request, reply) => {
    faults.order = undefined;
    return show(request, reply);
  });
  app.post(CONTROL_PATH, options, (request, reply) => {
    try {
      faults.order = orderOf(typeof request.body === 'string' ? request.body : '', clock());
    } catch (error) {
      if (!(error instanceof BadOrder)) throw error;
      return send(reply, 400, { error: error.message });
    }
    return show(request, reply);
  });
}

function send(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body));
}

/** The order in force, as the control shows it. */
function orderView({ order }: OrderedFaults, now: number): Record<string, unknown> {
  if (order === undefined || order.callsLeft === 0 || now >= order.until) return { fault: null };
  const { fault, operations, until, callsLeft = null } = order;
  return { fault, operations, until: new Date(until).toISOString(), callsLeft };
}

function orderOf(text: string, now: number): OrderedFaults['order'] {
  const { fault, operations = FAULTY_OPERATIONS, calls, seconds, ...others } = parsed(text);
  const [other] = Object.keys(others);
  if (other !== undefined) throw new BadOrder(`unknown: ${JSON.stringify(other.slice(0, 40))}`);
  const name = FAULT_NAMES.find((known) => known === fault);
  if (name === undefined) throw new BadOrder(`fault must be one of ${FAULT_NAMES.join(', ')}`);
  const given: readonly unknown[] = Array.isArray(operations) ? operations : [];
  const known = FAULTY_OPERATIONS.filter((operation) => given.includes(operation));
  if (known.length === 0 || given.length > known.length)
    throw new BadOrder(`operations must be some of ${FAULTY_OPERATIONS.join(', ')}`);
  const lastsMs = 1_000 * (wholeNumber('seconds', seconds, MAXIMUM_SECONDS) ?? DEFAULT_SECONDS);
  const callsLeft = wholeNumber('calls', calls, MAXIMUM_CALLS);
  return { fault: name, operations: known, until: now + lastsMs, callsLeft };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    if (isBody(body)) return body;
  } catch {
    // the same answer as for JSON that is not an object
  }
  throw new BadOrder('the body must be a JSON object such as {"fault": "down"}');
}

function wholeNumber(name: string, value: unknown, maximum: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= maximum) return value;
  throw new BadOrder(`${name} must be a whole number from 1 to ${maximum}`);
}
