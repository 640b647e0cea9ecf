import { type WritingOptions } from '../datasources/writing/campaign-writer.js';
import { type WithCallbacks } from '../datasources/writing/create.js';
import { Creates } from '../datasources/writing/creates.js';
import { type Observation } from './observation.js';
import { type OpenAccount } from './open-account.js';
import { type OpenUpstream } from './open-upstream.js';
import { type Surroundings } from './surroundings.js';

/** What every request writes with. */
export function openWriting(
  { config: { timeoutMs, rateLimit }, now, random, sleep }: Surroundings,
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
    maximumWindows: maximumWindows(rateLimit),
    withCallbacks,
  });
  return { client, creates, audit, timeoutMs, now, sleep, withCallbacks };
}

/** A look for a lost campaign may take a third of what the account may ask in a minute; within reason. */
function maximumWindows(rateLimit: number): number {
  const reasonable = 100;
  return rateLimit === 0 ? reasonable : Math.min(reasonable, Math.max(10, Math.floor(rateLimit / 3)));
}
