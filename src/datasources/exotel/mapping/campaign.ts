import { isObject, type JsonObject } from '../../../domain/json.js';
import { Channel } from '../../../domain/campaigns/campaign.js';
import { availableActions } from '../../../domain/campaigns/lifecycle.js';
import { type Campaign, type Stats } from '../../../schema/campaign.js';
import { campaignFields, countNameOf, hasCallbackKeys, scheduleFields } from '../wire/campaign.js';
import { count, maximumInt } from '../wire/values.js';
import { campaignStatusOf } from '../wire/words.js';

/** Facts about a read that its rows may lack. */
interface ReadFacts {
  /** The requested account, for rows without `account_sid`. */
  readonly accountSid: string;
  /** Time of the response, as UTC text. */
  readonly fetchedAt: string;
}

/** Not a field of the campaign: clients and other instances have no use for it. */
const withoutCallbackKeys = new WeakSet<Campaign>();

/** Whether the row that a campaign was read from lacks a callback key, which does not say that the campaign has no such address. */
export function lacksCallbackKey(campaign: Campaign): boolean {
  return withoutCallbackKeys.has(campaign);
}

/**
 * Reads a row as a campaign, with all derived values.
 * @returns undefined if a field without which a campaign makes no sense is unreadable. All others may be missing, and further
 *   keys are ignored.
 */
export function campaignFromWire(row: unknown, { accountSid, fetchedAt }: ReadFacts): Campaign | undefined {
  if (!isObject(row)) return undefined;
  const sid = campaignFields.sid.of(row);
  const name = campaignFields.name.of(row);
  const upstreamStatus = campaignFields.status.of(row);
  const template = campaignFields.template.of(row);
  const senderId = campaignFields.senderId.of(row);
  const createdAt = campaignFields.createdAt.of(row);
  if (sid === undefined || name === undefined || upstreamStatus === undefined) return undefined;
  if (template === undefined || senderId === undefined || createdAt === null) return undefined;
  const status = campaignStatusOf(upstreamStatus);
  const schedule = campaignFields.schedule.of(row);
  const campaign: Campaign = {
    __typename: 'Campaign',
    id: sid,
    sid,
    accountSid: campaignFields.accountSid.of(row) ?? accountSid,
    name,
    channel: Channel.SMS, // missing in many rows; this API has no other
    contentType: campaignFields.contentType.of(row),
    status,
    upstreamStatus,
    state: campaignFields.state.of(row),
    lists: campaignFields.lists.of(row).map((list) => ({ sid: list })),
    schedule: {
      startTime: scheduleFields.startTime.of(schedule),
      endTime: scheduleFields.endTime.of(schedule),
    },
    template,
    smsType: campaignFields.smsType.of(row),
    senderId,
    dltEntityId: campaignFields.dltEntityId.of(row),
    dltTemplateId: campaignFields.dltTemplateId.of(row),
    statusCallback: campaignFields.statusCallback.of(row),
    smsStatusCallback: campaignFields.smsStatusCallback.of(row),
    reportUrl: campaignFields.reportUrl.of(row),
    estimatedCost: campaignFields.estimatedCost.of(row),
    stats: statsFromWire(campaignFields.stats.of(row)),
    availableActions: availableActions(status),
    createdAt,
    updatedAt: campaignFields.updatedAt.of(row) ?? createdAt,
    fetchedAt,
  };
  if (!hasCallbackKeys(row)) withoutCallbackKeys.add(campaign);
  return campaign;
}

/**
 * Missing and unreadable counts are 0: create has no stats at all. If a key appears in two spellings, the later one counts. The
 * total is the upstream's if it is greater than the sum: other counts may have names of statuses that the document lacks
 * (`delivered`, `pending`), and those are not guessed.
 */
function statsFromWire(counts: JsonObject): Stats {
  const stats: Stats = {
    scheduled: 0,
    submitted: 0,
    sent: 0,
    failed: 0,
    failedDnd: 0,
    failedExpired: 0,
    failedNoAttempt: 0,
    failedNoBalance: 0,
    invalid: 0,
    total: 0,
  };
  let sum = 0;
  for (const key in counts) {
    const name = countNameOf(key);
    if (!name) continue;
    const number = count.read(counts[key]) ?? 0;
    if (name !== 'total') sum += number - stats[name];
    stats[name] = number;
  }
  stats.total = Math.min(Math.max(sum, stats.total), maximumInt);
  return stats;
}
