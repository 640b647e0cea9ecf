import { type WritingOptions } from '../datasources/writing/campaign-writer.js';
import { type WithCallbacks } from '../datasources/writing/create.js';
import { Creates } from '../datasources/writing/creates.js';
import { type Observation } from './observation.js';
import { type OpenAccount } from './open-account.js';
import { type OpenUpstream } from './open-upstream.js';
import { type Surroundings } from './surroundings.js';

/** What every request writes with. */
export function openWriting(
  { config: { timeoutMs }, now, random, sleep }: Surroundings,
  { audit }: Observation,
  { client, shared: { state }, accountSid }: OpenUpstream,
  { account, live }: OpenAccount,
): WritingOptions {
  const withCallbacks: WithCallbacks = (draft, campaign) => live.urls.fill(draft, campaign);
  const windowRows = (): number => account.maximum.campaigns.rows;
  const creates = new Creates({
    client,
    state,
    accountSid,
    timeoutMs,
    now,
    random,
    sleep,
    windowRows,
    withCallbacks,
  });
  return { client, creates, audit, timeoutMs, now, sleep, withCallbacks };
}
