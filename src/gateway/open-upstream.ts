import { createHash } from 'node:crypto';
import { ExotelClient } from '../datasources/exotel/client.js';
import { Budget } from '../datasources/exotel/policy/budget.js';
import { CallPolicy } from '../datasources/exotel/policy/call-policy.js';
import { Transport } from '../datasources/exotel/transport.js';
import { connect } from './connect.js';
import { type Observation } from './observation.js';
import { type Opened } from './opened.js';
import { openState } from './open-state.js';
import { type Surroundings } from './surroundings.js';

/** The upstream, called by the account's rules, and what the gateways of that account share. */
export async function openUpstream(
  surroundings: Surroundings,
  { calls: observer, drift }: Observation,
  opened: Opened,
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
