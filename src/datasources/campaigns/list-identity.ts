import { type CampaignQuery, type MessageQuery } from '../../domain/lists/list-query.js';
import { type Slice } from '../../domain/lists/page.js';

/** A list, by its identity. */
export interface ListRef {
  readonly identity: string;
}

/** A list of campaigns. */
export interface CampaignListRef extends ListRef {
  readonly query: CampaignQuery;
}

/** The messages of one campaign. */
export interface MessageListRef extends ListRef {
  readonly sid: string;
  readonly query: MessageQuery;
}

export function campaignListRef(query: CampaignQuery): CampaignListRef {
  return { query, identity: listIdentity('campaigns', query) };
}

export function messageListRef(sid: string, query: MessageQuery): MessageListRef {
  return { sid, query, identity: listIdentity(`messages ${sid}`, query) };
}

/**
 * Identity of a list: its kind, its owner, and every member of its query that is not undefined. Cursor fingerprints and cache
 * keys are made of it alone, so that a new member of a query tells lists apart everywhere. Clients hold cursors with
 * fingerprints of this text: a change of it makes their cursors invalid. So a new member must be undefined, not null, while
 * its argument is not given.
 */
function listIdentity(kindAndOwner: string, query: CampaignQuery | MessageQuery): string {
  return `${kindAndOwner} ${JSON.stringify(query)}`;
}

/** Cache key of a window of a list. */
export function windowKey({ identity }: ListRef, { offset, limit }: Slice): string {
  return `${offset}+${limit} ${identity}`;
}

/** Start of the query in a key. Its last occurrence is the start, whatever the texts are: JSON escapes quotes within them. */
const queryStart = ' {"number":';

/** The campaign's sid in the key of a window of messages. */
export function campaignSidOf(messageWindowKey: string): string {
  const start = messageWindowKey.indexOf(' messages ') + ' messages '.length;
  return messageWindowKey.slice(start, messageWindowKey.lastIndexOf(queryStart));
}

/** A window of a list of campaigns. */
export interface CampaignWindowRef {
  readonly list: CampaignListRef;
  readonly slice: Slice;
}

/** The window of campaigns that a cache key names. */
export function campaignWindowOf(key: string): CampaignWindowRef {
  const [range = '', kind = ''] = key.split(' ', 2);
  const [offset, limit] = range.split('+').map(Number);
  const query = JSON.parse(key.slice(range.length + kind.length + 2)) as CampaignQuery;
  return { list: campaignListRef(query), slice: { offset: offset ?? 0, limit: limit ?? 0 } };
}
