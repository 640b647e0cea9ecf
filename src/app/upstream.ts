import { createHash, randomBytes } from 'node:crypto';
import { type UpstreamConfig } from '../config/upstream.js';
import { ExotelClient } from '../datasources/exotel/client.js';
import { Budget } from '../datasources/exotel/rate-limit/rate-limiter.js';
import { CallPolicy } from '../datasources/exotel/resilience/call-policy.js';
import { Transport } from '../datasources/exotel/transport.js';
import { type Disposables } from './disposables.js';
import { type Observation } from './observation.js';
import { type Runtime } from './runtime.js';
import { openState } from './shared-state.js';

/** The upstream's address and credentials; a sandbox of our own is started with new ones, unless one runs already. */
export async function connect(upstream: UpstreamConfig) {
  if (upstream.kind === 'live') return { ...upstream, sandbox: undefined };
  if (upstream.running) return { ...upstream.running, sandbox: undefined };
  const { startSandbox } = await import('../sandbox/sandbox.js');
  const credentials = {
    accountSid: 'sandbox',
    apiKey: randomBytes(16).toString('hex'),
    apiToken: randomBytes(16).toString('hex'),
  };
  const sandbox = await startSandbox({ ...credentials, speed: upstream.speed, callbacks: { fire: true } });
  return { ...credentials, baseUrl: sandbox.baseUrl, sandbox };
}

/** The upstream, called by the account's rules, and what the gateways of that account share. */
export async function openUpstream(
  surroundings: Runtime,
  { calls: observer, drift }: Observation,
  opened: Disposables,
) {
  const { config, now, random } = surroundings;
  const { sandbox, ...upstream } = await connect(config.upstream);
  opened.add(sandbox, (own) => own?.close());
  const { accountSid } = upstream;
  const isSandbox = config.upstream.kind === 'sandbox';
  const shared = await openState(surroundings, isSandbox ? sandboxName(upstream) : accountSid);
  opened.add(shared, (state) => {
    state.close();
  });
  const { timeoutMs } = config;
  const transport = opened.add(new Transport({ ...upstream, timeoutMs }), (it) => it.close());
  const budget = new Budget({ limit: config.rateLimit, now, ledger: shared.ledger });
  opened.add(budget, (it) => {
    it.close();
  });
  const policy = new CallPolicy({ budget, timeoutMs, now, random });
  const client = new ExotelClient({ transport, policy, accountSid, now, observer, drift });
  return { sandbox, accountSid, shared, budget, policy, client };
}

/** Names one embedded sandbox: its workers share a Redis, other sandboxes that use it have other campaigns. */
function sandboxName({
  accountSid,
  apiKey,
}: {
  readonly accountSid: string;
  readonly apiKey: string;
}): string {
  return `${accountSid}-${createHash('sha256').update(apiKey).digest('hex').slice(0, 16)}`;
}

/** An upstream that is open. */
export type OpenUpstream = Awaited<ReturnType<typeof openUpstream>>;
