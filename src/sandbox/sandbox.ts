import { setMaxListeners } from 'node:events';
import { type AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { type Rewriting } from './api/operation.js';
import { type CallbackOptions } from './callbacks/callback.js';
import { startCallbacks } from './callbacks/callback-source.js';
import { type Clock } from './clock.js';
import { addControl } from './faults/control.js';
import { OrderedFaults } from './faults/ordered-faults.js';
import { type FaultPlan } from './http/faults.js';
import { RateLimit } from './http/rate-limit.js';
import { addRoutes, CallLog, type RecordedCall } from './http/server.js';
import { seedDemo } from './seed/demo.js';
import { SandboxState } from './state.js';

/** Options of a sandbox. */
export interface SandboxOptions {
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  readonly accountSid: string;
  readonly apiKey: string;
  readonly apiToken: string;
  /** Speed of campaigns relative to the clock. Default: 1. */
  readonly speed?: number;
  /** Requests in each minute of the clock. Default 0: no limit. */
  readonly rateLimitPerMinute?: number;
  /** Clock in epoch milliseconds. */
  readonly clock?: Clock;
  readonly seed?: 'demo' | 'empty';
  readonly faults?: FaultPlan;
  readonly rewriting?: Rewriting;
  /** Maximum number of campaigns in a page. */
  readonly pageMaximum?: number;
  /** Maximum number of messages in a page; none by default, as in the API document. */
  readonly messagePageMaximum?: number;
  /** Sends callbacks of campaigns; undefined: none. */
  readonly callbacks?: CallbackOptions;
  /** Whether failures can be ordered for all calls, by HTTP; off by default. */
  readonly control?: boolean;
  /** Delay of the ordered failure `slow`, in milliseconds. */
  readonly slowMs?: number;
}

/** A running sandbox. */
export interface Sandbox {
  readonly baseUrl: string;
  readonly port: number;
  readonly state: SandboxState;
  /** The newest 10,000 calls, in order of arrival. */
  readonly calls: RecordedCall[];
  /** Closes the port, all connections and all callbacks in flight. */
  close(): Promise<void>;
}

const MAXIMUM_CAMPAIGNS = 50;

/** Starts the sandbox: the upstream API on a port of this machine, by default with the demo data. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { accountSid, speed = 1, clock = Date.now, seed = 'demo', host = '127.0.0.1' } = options;
  const state = new SandboxState({ accountSid, speed, clock });
  if (seed === 'demo') seedDemo(state);
  const maximums = {
    campaigns: options.pageMaximum ?? MAXIMUM_CAMPAIGNS,
    messages: options.messagePageMaximum,
  };
  const log = new CallLog();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // one for each delayed response
  const ordered = new OrderedFaults(state, options.slowMs);
  const isUnreadable = ordered.isUnreadable.bind(ordered);
  const app = httpServer();
  if (options.control === true) addControl(app, ordered, clock);
  addRoutes(app, {
    api: {
      upstream: { state, maximums, rewriting: options.rewriting ?? {}, isUnreadable },
      credentials: options,
      rateLimit: new RateLimit(options.rateLimitPerMinute ?? 0),
    },
    log,
    faults: options.faults,
    ordered,
    closing: closing.signal,
  });
  await app.listen({ host, port: options.port ?? 0 });
  const { port } = app.server.address() as AddressInfo;
  const running =
    options.callbacks && startCallbacks(state, options.callbacks, (sid) => ordered.losesCallbacks(sid));
  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.all([running?.close(), app.close()]);
  };
  return { baseUrl: `http://${host}:${port}`, port, state, calls: log.calls, close };
}

/** Bodies stay text: the API itself responds to unknown content types and broken JSON. */
function httpServer(): FastifyInstance {
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  return app;
}
