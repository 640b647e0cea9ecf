import { CampaignStatus, ContentType, SmsType } from '../../../domain/campaign.js';
import { MessageStatus } from '../../../domain/message.js';

/**
 * One word in any of the upstream's spellings: `in-progress`, `Failed_Expired` (callbacks), `failed-dnd`
 * (stats) and `failed_dnd` (messages) differ in case and in `-` for `_` only.
 */
function canonical(word: string): string {
  return word.trim().toUpperCase().replaceAll(/[-\s]/g, '_');
}

function reader<Word extends string>(known: Readonly<Record<string, Word>>, unknown: Word) {
  return (word: string | null): Word => {
    const name = canonical(word ?? '');
    return Object.hasOwn(known, name) ? (known[name] ?? unknown) : unknown;
  };
}

/** The upstream's word for a campaign's status as ours; `UNKNOWN` for one that the document does not have. */
export const campaignStatusOf = reader(CampaignStatus, CampaignStatus.UNKNOWN);
/** The upstream's word for a message's status as ours. */
export const messageStatusOf = reader(MessageStatus, MessageStatus.UNKNOWN);
/** The upstream's word for a content type as ours. */
export const contentTypeOf = reader(ContentType, ContentType.UNKNOWN);
/** The upstream's word for an SMS type as ours. */
export const smsTypeOf = reader(SmsType, SmsType.UNKNOWN);

/** Our word as the upstream writes a campaign status: `in-progress`. */
export function campaignStatusToWire(status: CampaignStatus): string {
  return status.toLowerCase().replaceAll('_', '-');
}

/** Our word as the upstream writes a content type or an SMS type: `transactional_opt_in`. */
export function typeToWire(type: ContentType | SmsType): string {
  return type.toLowerCase();
}

/** Reads a stats object whose keys are hyphenated in the document (`failed-no-attempt`). */
export function statsReader(stats: Readonly<Record<string, unknown>> | null | undefined) {
  const counts = new Map(Object.entries(stats ?? {}).map(([key, value]) => [canonical(key), countOf(value)]));
  return (name: string): number => counts.get(name) ?? 0;
}

/** The largest number that GraphQL's `Int` holds. */
const maximumCount = 2 ** 31 - 1;

function countOf(value: unknown): number {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isInteger(count) && count >= 0
    ? Math.min(count, maximumCount)
    : 0;
}
