import { setMaxListeners } from 'node:events';
import { type AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { type Rewriting } from './api/operation.js';
import { type CallbackOptions } from './callbacks/callback.js';
import { startCallbacks } from './callbacks/watch.js';
import { type Clock } from './clock.js';
import { type FaultPlan } from './http/faults.js';
import { RateLimit } from './http/rate-limit.js';
import { addRoutes, CallLog, type RecordedCall } from './http/server.js';
import { seedDemo } from './seed/demo.js';
import { SandboxState } from './state.js';

/** How a sandbox behaves. */
export interface SandboxOptions {
  readonly host?: string;
  /** 0: any free port. */
  readonly port?: number;
  readonly accountSid: string;
  readonly apiKey: string;
  readonly apiToken: string;
  /** How many times faster than the clock campaigns run. */
  readonly speed?: number;
  /** Requests in each minute of the clock; 0: no limit. */
  readonly rateLimitPerMinute?: number;
  /** Epoch milliseconds. */
  readonly clock?: Clock;
  readonly seed?: 'demo' | 'empty';
  readonly faults?: FaultPlan;
  readonly rewriting?: Rewriting;
  /** The most campaigns of one page. */
  readonly pageMaximum?: number;
  /** The most messages of one page; the document has none. */
  readonly messagePageMaximum?: number;
  /** Whether and how campaigns call back; they do not unless told to. */
  readonly callbacks?: CallbackOptions;
}

/** A running sandbox. */
export interface Sandbox {
  readonly baseUrl: string;
  readonly port: number;
  readonly state: SandboxState;
  /** The newest 10,000 calls, in the order they arrived. */
  readonly calls: RecordedCall[];
  /** Frees the port, the sockets and every request that still hangs, callbacks among them. */
  close(): Promise<void>;
}

const MOST_CAMPAIGNS = 50;

/** Starts the upstream API on a port of this machine; it is seeded with 'demo' unless told otherwise. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { accountSid, speed = 1, clock = Date.now, seed = 'demo', host = '127.0.0.1' } = options;
  const state = new SandboxState({ accountSid, speed, clock });
  if (seed === 'demo') seedDemo(state);
  const maximums = {
    campaigns: options.pageMaximum ?? MOST_CAMPAIGNS,
    messages: options.messagePageMaximum,
  };
  const log = new CallLog();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // one for each answer that is delayed
  const app = httpServer();
  addRoutes(app, {
    desk: {
      upstream: { state, maximums, rewriting: options.rewriting ?? {} },
      credentials: options,
      rateLimit: new RateLimit(options.rateLimitPerMinute ?? 0),
    },
    log,
    faults: options.faults,
    closing: closing.signal,
  });
  await app.listen({ host, port: options.port ?? 0 });
  const { port } = app.server.address() as AddressInfo;
  const firing = options.callbacks?.fire === true ? startCallbacks(state, options.callbacks) : undefined;
  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.all([firing?.close(), app.close()]);
  };
  return { baseUrl: `http://${host}:${port}`, port, state, calls: log.calls, close };
}

/** Bodies stay text: the API decides itself what an unknown type or broken JSON is answered with. */
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
