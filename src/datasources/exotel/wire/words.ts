import { CampaignStatus, ContentType, SmsType } from '../../../domain/campaigns/campaign.js';
import { MessageStatus } from '../../../domain/campaigns/message.js';
import { type WireType } from './fields.js';
import { exactText, memoize } from './values.js';

/** More than all words of the document, in three spellings. */
const maximumWords = 500;

/**
 * A word in capitals with underscores. Its spellings differ only in case and in `-` for `_`: `in-progress`, `Failed_Expired`
 * (callbacks), `failed-dnd` (stats), `failed_dnd` (messages).
 */
export function canonicalWord(word: string): string {
  return word.trim().toUpperCase().replaceAll(/[-\s]/g, '_');
}

/** Reads words in any spelling. @param meaningOf meaning of a canonical word; that of the empty one is that of unknown words. */
export function wordReader<T>(meaningOf: (word: string) => T): (word: string) => T {
  return memoize((word) => meaningOf(canonicalWord(word)), maximumWords, meaningOf(''));
}

type Words<Word extends string> = Readonly<Record<string, Word>> & { readonly UNKNOWN: Word };

function enumReader<Word extends string>(words: Words<Word>): (word: string) => Word {
  return wordReader((name) => (Object.hasOwn(words, name) ? (words[name] ?? words.UNKNOWN) : words.UNKNOWN));
}

/** Value of an enum; anything else is `UNKNOWN`. */
function enumType<Word extends string>(words: Words<Word>): WireType<Word> {
  const valueOf = enumReader(words);
  return { read: (value) => valueOf(typeof value === 'string' ? value : ''), shape: 'text' };
}

/** Wire type of a status. Its documented words are those of an enum. */
function statusType(valueOf: (word: string) => string): WireType<string | undefined> {
  return { ...exactText, shape: (word) => valueOf(word) !== 'UNKNOWN' };
}

/** Status of a campaign; `UNKNOWN` for a word that is not documented. */
export const campaignStatusOf = enumReader<CampaignStatus>(CampaignStatus);
/** Status of a message; `UNKNOWN` for a word that is not documented. */
export const messageStatusOf = enumReader<MessageStatus>(MessageStatus);

export const campaignStatus = statusType(campaignStatusOf);
export const messageStatus = statusType(messageStatusOf);
export const contentType = enumType<ContentType>(ContentType);
export const smsType = enumType<SmsType>(SmsType);
