import { createHash, randomBytes } from 'node:crypto';
import { type UpstreamAccess, type UpstreamConfig } from '../config/upstream.js';
import { Credentials } from '../datasources/exotel/credentials-state.js';
import { ExotelClient } from '../datasources/exotel/client.js';
import { RateLimiter } from '../datasources/exotel/rate-limit/rate-limiter.js';
import { CallPolicy } from '../datasources/exotel/resilience/call-policy.js';
import { LargeBodies } from '../datasources/exotel/resilience/large-bodies.js';
import { Transport } from '../datasources/exotel/transport.js';
import { DriftWatch } from '../datasources/exotel/drift/drift-watch.js';
import { type Telemetry } from '../domain/telemetry.js';
import { type Disposables } from './disposables.js';
import { type Runtime } from './runtime.js';
import { openState } from './state/shared-state.js';

/** Address and credentials of the upstream. Starts the embedded sandbox if it is configured and not running. */
export async function connect(upstream: UpstreamConfig) {
  if (upstream.kind === 'live') return { ...upstream, sandbox: undefined };
  if (upstream.running) return { ...upstream.running, sandbox: undefined };
  const { startSandbox } = await import('../sandbox/sandbox.js');
  const credentials = {
    accountSid: 'sandbox',
    apiKey: randomBytes(16).toString('hex'),
    apiToken: randomBytes(16).toString('hex'),
  };
  const sandbox = await startSandbox({ ...credentials, speed: upstream.speed, callbacks: {} });
  return { ...credentials, baseUrl: sandbox.baseUrl, sandbox };
}

/** Opens the client of the upstream, and the state that the instances of its account share. */
export async function openUpstream(runtime: Runtime, telemetry: Telemetry, disposables: Disposables) {
  const { config, now, steadyNow, random } = runtime;
  const { sandbox, ...upstream } = await connect(config.upstream);
  if (sandbox) disposables.add(sandbox);
  const { accountSid } = upstream;
  const isSandbox = config.upstream.kind === 'sandbox';
  const account = isSandbox ? sandboxName(upstream) : accountSid;
  const shared = disposables.add(await openState(runtime, telemetry, account));
  const { timeoutMs } = config;
  const { collect: collectGarbage, isFull: isHeapFull } = runtime.heap;
  const largeBodies = new LargeBodies(runtime.memory.upstreamBodies, { collectGarbage, isHeapFull });
  const largeExportBodies = new LargeBodies(runtime.memory.exportBodies, { collectGarbage, isHeapFull });
  const maximumResponseBytes = runtime.memory.upstreamBody;
  const transport = disposables.add(
    new Transport({ ...upstream, timeoutMs, maximumResponseBytes, largeBodies, largeExportBodies }),
  );
  const { sharedWindow } = shared;
  const rateLimiter = disposables.add(
    new RateLimiter({ limit: config.rateLimit, now: steadyNow, wallNow: now, sharedWindow }),
  );
  const policy = new CallPolicy({ rateLimiter, timeoutMs, now: steadyNow, random });
  const drift = new DriftWatch(telemetry);
  const credentials = new Credentials(runtime.credentials);
  const client = new ExotelClient({
    transport,
    policy,
    accountSid,
    now,
    telemetry: {
      callStarted: (call) => {
        const observed = telemetry.callStarted(call);
        return {
          headers: observed.headers,
          end: (end) => {
            credentials.observe(call.route, end);
            observed.end(end);
          },
        };
      },
    },
    drift,
  });
  return { sandbox, accountSid, shared, rateLimiter, policy, client, credentials, drift };
}

/** Account name of an embedded sandbox, so that sandboxes on the same Redis do not mix their campaigns. */
function sandboxName({ accountSid, apiKey }: Pick<UpstreamAccess, 'accountSid' | 'apiKey'>): string {
  return `${accountSid}-${createHash('sha256').update(apiKey).digest('hex').slice(0, 16)}`;
}

/** Client of the upstream and its shared state. */
export type OpenUpstream = Awaited<ReturnType<typeof openUpstream>>;
