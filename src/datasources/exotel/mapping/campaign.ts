import { Channel } from '../../../domain/campaign.js';
import { availableActions } from '../../../domain/lifecycle.js';
import { type Campaign, type Stats } from '../../../schema/campaign.js';
import { type WireCampaign } from '../wire/campaign.js';
import { countOf, maximumInt } from '../wire/values.js';
import { campaignStatusOf, contentTypeOf, smsTypeOf, wordReader } from './enums.js';

type CountName = keyof Stats;

/** By their names in any spelling; in the document they are hyphenated (`failed-no-attempt`). */
const countNames: ReadonlyMap<string, CountName> = new Map([
  ['SCHEDULED', 'scheduled'],
  ['SUBMITTED', 'submitted'],
  ['SENT', 'sent'],
  ['FAILED', 'failed'],
  ['FAILED_DND', 'failedDnd'],
  ['FAILED_EXPIRED', 'failedExpired'],
  ['FAILED_NO_ATTEMPT', 'failedNoAttempt'],
  ['FAILED_NO_BALANCE', 'failedNoBalance'],
  ['INVALID', 'invalid'],
  ['TOTAL', 'total'], // of newer guide pages (docs/upstream.md, "Not settled")
]);

const countNameOf = wordReader((name) => countNames.get(name));

/**
 * Missing and unreadable counts are 0: create answers no stats at all. Of two spellings of one name the later counts.
 * The total is what the upstream says, where that is more than the counts that have a name here: others may be spelt in
 * words that are no statuses of the document (`delivered`, `pending`), and are not guessed. It is clamped like each count.
 */
function statsFromWire(wire: Readonly<Record<string, unknown>> | null): Stats {
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
  for (const key in wire) {
    const name = countNameOf(key);
    if (!name) continue;
    const count = countOf(wire[key]) ?? 0;
    if (name !== 'total') sum += count - stats[name];
    stats[name] = count;
  }
  stats.total = Math.min(Math.max(sum, stats.total), maximumInt);
  return stats;
}

/** What a row itself may not say. */
export interface ReadFacts {
  /** The account that was asked: `account_sid` where the row has none. */
  readonly accountSid: string;
  /** When the answer arrived, as UTC text. */
  readonly fetchedAt: string;
}

/** A campaign of the schema's shape, with everything derived computed here, once. */
export function campaignFromWire(wire: WireCampaign, { accountSid, fetchedAt }: ReadFacts): Campaign {
  const status = campaignStatusOf(wire.status);
  return {
    __typename: 'Campaign',
    id: wire.sid,
    sid: wire.sid,
    accountSid: wire.account_sid ?? accountSid,
    name: wire.name,
    channel: Channel.SMS, // missing in many rows; this API has no other
    contentType: contentTypeOf(wire.content_type),
    status,
    upstreamStatus: wire.status,
    state: wire.state,
    lists: wire.lists.map((sid) => ({ sid })),
    schedule: {
      startTime: wire.schedule?.start_time ?? null,
      endTime: wire.schedule?.end_time ?? wire.schedule?.expiry_time ?? null,
    },
    template: wire.template,
    smsType: smsTypeOf(wire.sms_type),
    senderId: wire.sender_id,
    dltEntityId: wire.dlt_entity_id ?? wire.dlt_entitiy_id,
    dltTemplateId: wire.dlt_template_id,
    statusCallback: wire.status_callback,
    smsStatusCallback: wire.sms_status_callback,
    reportUrl: wire.report_url,
    estimatedCost: wire.estimated_cost,
    stats: statsFromWire(wire.stats),
    availableActions: availableActions(status),
    createdAt: wire.date_created,
    updatedAt: wire.date_updated ?? wire.date_created,
    fetchedAt,
  };
}
