import { CampaignStatus, ContentType, SmsType } from '../../../domain/campaign.js';
import { MessageStatus } from '../../../domain/message.js';
import { remembered } from '../remembered.js';

/**
 * One word in any of the upstream's spellings: `in-progress`, `Failed_Expired` (callbacks), `failed-dnd`
 * (stats) and `failed_dnd` (messages) differ in case and in `-` for `_` only.
 */
function canonical(word: string): string {
  return word.trim().toUpperCase().replaceAll(/[-\s]/g, '_');
}

/** More than all words that the document has, in three spellings. */
const rememberedWords = 500;

/**
 * Reads words of one kind, each once.
 * @param of what a canonical word means.
 */
export function wordReader<Meaning>(of: (canonicalWord: string) => Meaning): (word: string) => Meaning {
  return remembered((word) => of(canonical(word)), rememberedWords);
}

function reader<Word extends string>(known: Readonly<Record<string, Word>>, unknown: Word) {
  const read = wordReader((name) => (Object.hasOwn(known, name) ? (known[name] ?? unknown) : unknown));
  return (word: string | null): Word => read(word ?? '');
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
