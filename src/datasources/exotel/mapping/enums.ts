import { CampaignStatus, ContentType, SmsType } from '../../../domain/campaign.js';
import {
  CampaignOrderField,
  type CampaignQuery,
  type MessageQuery,
  OrderDirection,
} from '../../../domain/list-query.js';
import { MessageStatus } from '../../../domain/message.js';
import { type WireErrorData } from '../wire/envelope.js';
import { memoize } from '../wire/values.js';

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
  return memoize((word) => of(canonical(word)), rememberedWords);
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
function campaignStatusToWire(status: CampaignStatus): string {
  return status.toLowerCase().replaceAll('_', '-');
}

/** Our word as the upstream writes a content type or an SMS type: `transactional_opt_in`. */
export function typeToWire(type: ContentType | SmsType): string {
  return type.toLowerCase();
}

/** Where a parameter of the upstream is in the mutation's arguments. */
const paths: readonly (readonly [parameter: RegExp, path: readonly string[]])[] = [
  [/\bstart_time\b/, ['input', 'schedule', 'startTime']],
  [/\b(end|expiry)_time\b/, ['input', 'schedule', 'endTime']],
  [/\bcontent_type\b/, ['input', 'contentType']],
  [/\bdlt_entiti?y_id\b/, ['input', 'dltEntityId']],
  [/\bdlt_template_id\b/, ['input', 'dltTemplateId']],
  [/\bsender_id\b/, ['input', 'senderId']],
  [/\bsms_type\b/, ['input', 'smsType']],
  [/\bsms_status_callback\b/, ['input', 'smsStatusCallback']],
  [/\bstatus_callback\b/, ['input', 'statusCallback']],
  [/\btemplate\b/, ['input', 'template']],
  [/\blists?\b/, ['input', 'lists']],
  [/\bname\b/, ['input', 'name']],
];

/** A parameter is named early or not at all; how long the rest is, is for the upstream to say. */
const readCharacters = 500;

/**
 * Tells which argument the upstream complained of, from the parameter that its text names.
 * Only the path is kept: an upstream's text never reaches a client.
 */
export function fieldOf(error: WireErrorData | null | undefined): { field?: readonly string[] } {
  const said = [error?.message, error?.description].map((text) => text?.slice(0, readCharacters) ?? '');
  const words = said.join(' ').toLowerCase();
  const found = paths.find(([parameter]) => parameter.test(words));
  return found ? { field: found[1] } : {};
}

const sortWords: Readonly<Record<CampaignOrderField, string>> = {
  [CampaignOrderField.START_TIME]: 'schedule.start_time',
  [CampaignOrderField.NAME]: 'name',
};

const directionWords: Readonly<Record<OrderDirection, string>> = {
  [OrderDirection.ASC]: 'asc',
  [OrderDirection.DESC]: 'desc',
};

/** API document, "Bulk SMS Campaign Details": filters and `sort_by`, left out where it is the default. */
export function campaignQueryToWire({
  name,
  statuses,
  order,
}: CampaignQuery): Record<string, string | undefined> {
  const isDefault = order.field === CampaignOrderField.START_TIME && order.direction === OrderDirection.DESC;
  return {
    name: name ?? undefined,
    status: statuses.length === 0 ? undefined : statuses.map(campaignStatusToWire).join(','),
    sort_by: isDefault ? undefined : `${sortWords[order.field]}:${directionWords[order.direction]}`,
  };
}

/** API document, "SMS Details of a Single SMS Campaign": `number` and `sort_by`. */
export function messageQueryToWire({ number, direction }: MessageQuery): Record<string, string | undefined> {
  return {
    number: number ?? undefined,
    sort_by: direction === null ? undefined : `schedule_time:${directionWords[direction]}`,
  };
}
