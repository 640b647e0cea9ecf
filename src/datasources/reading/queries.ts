import { CampaignStatus } from '../../domain/campaign.js';
import { InputError } from '../../domain/errors.js';
import { maximumNumberLength, maximumSearchLength } from '../../domain/lengths.js';
import { CampaignOrderField, type MessageOrderField, OrderDirection } from '../../domain/order.js';
import { lengthInCharacters } from '../../domain/template.js';
import { type CampaignQuery, type MessageQuery, type Order } from '../exotel/query.js';

/** "Search by campaign name. Min 3 letters." (API document, "Bulk SMS Campaign Details", `name`). */
const minimumNameLength = 3;

/** Which campaigns a client asks for, not yet checked. */
export interface CampaignListArguments {
  readonly filter?: {
    readonly name?: string | null;
    readonly status?: readonly CampaignStatus[] | null;
  } | null;
  readonly orderBy?: Order<CampaignOrderField> | null;
}

const defaultOrder: Order<CampaignOrderField> = {
  field: CampaignOrderField.START_TIME,
  direction: OrderDirection.DESC,
};

/** Which messages a client asks for, not yet checked. */
export interface MessageListArguments {
  readonly filter?: { readonly number?: string | null } | null;
  readonly orderBy?: Order<MessageOrderField> | null;
}

/**
 * Checks a filter before a call is spent; equal filters become equal queries.
 * @throws InputError naming the argument.
 */
export function campaignQueryOf({ filter, orderBy }: CampaignListArguments): CampaignQuery {
  const name = filter?.name ?? null;
  if (name !== null && name.length > maximumSearchLength)
    throw new InputError('filter.name', `must have at most ${maximumSearchLength} characters.`);
  if (name !== null && lengthInCharacters(name.trim()) < minimumNameLength)
    throw new InputError('filter.name', `must have at least ${minimumNameLength} letters.`);
  const statuses = [...new Set(filter?.status ?? [])].sort();
  if (statuses.includes(CampaignStatus.UNKNOWN))
    throw new InputError(
      'filter.status',
      'cannot be UNKNOWN: the upstream has no such status to search for.',
    );
  const { field, direction } = orderBy ?? defaultOrder;
  // Made anew: cursors are bound to what this is as text, whatever order a client's object has its keys in.
  return { name, statuses, order: { field, direction } };
}

/**
 * Checks a filter before a call is spent.
 * @throws InputError naming the argument.
 */
export function messageQueryOf({ filter, orderBy }: MessageListArguments): MessageQuery {
  const number = filter?.number ?? null;
  if (number?.trim() === '')
    throw new InputError('filter.number', 'must not be blank; leave it out for all.');
  if (number !== null && number.length > maximumNumberLength)
    throw new InputError('filter.number', `must have at most ${maximumNumberLength} characters.`);
  return { number, direction: orderBy?.direction ?? null };
}
