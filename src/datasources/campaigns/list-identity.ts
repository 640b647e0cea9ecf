import { type CampaignQuery, type MessageQuery } from '../../domain/lists/list-query.js';
import { type Slice } from '../../domain/lists/page.js';

/** A list of campaigns: its query, and its identity. */
export interface CampaignListRef {
  readonly query: CampaignQuery;
  readonly identity: string;
}

/** The messages of one campaign: its sid, the query, and the identity of the list. */
export interface MessageListRef {
  readonly sid: string;
  readonly query: MessageQuery;
  readonly identity: string;
}

export function campaignListRef(query: CampaignQuery): CampaignListRef {
  return { query, identity: listIdentity('campaigns', query) };
}

export function messageListRef(sid: string, query: MessageQuery): MessageListRef {
  return { sid, query, identity: listIdentity(`messages ${sid}`, query) };
}

/**
 * Identity of a list: of its kind and owner, and of every member of its query. Cursor fingerprints and cache keys are made
 * of it alone, so that a new member of a query tells lists apart everywhere. Clients hold cursors with fingerprints of this
 * text: a change of it makes their cursors invalid.
 *
 * It is unambiguous although a sid may be any text: outside of strings JSON has no space, so that the last ` {"` begins the
 * query.
 */
function listIdentity(kindAndOwner: string, query: CampaignQuery | MessageQuery): string {
  return `${kindAndOwner} ${JSON.stringify(query)}`;
}

/** Cache key of a window of a list. */
export function windowKey({ identity }: { readonly identity: string }, { offset, limit }: Slice): string {
  return `${offset}+${limit} ${identity}`;
}

/** The campaign's sid in the key of a window of messages. */
export function campaignSidOf(messageWindowKey: string): string {
  const start = messageWindowKey.indexOf(' messages ') + ' messages '.length;
  return messageWindowKey.slice(start, messageWindowKey.lastIndexOf(' {"'));
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
