import { CampaignStatus } from '../campaigns/campaign.js';
import { InputError } from '../errors.js';
import { maximumNumberLength, maximumSearchLength } from '../rules/draft.js';
import { isBlank, isLongerThan, lengthInCharacters } from '../text.js';

/** Direction of an order. */
export const OrderDirection = { ASC: 'ASC', DESC: 'DESC' } as const;
export type OrderDirection = (typeof OrderDirection)[keyof typeof OrderDirection];

/** Fields by which campaigns can be ordered; API document, "Bulk SMS Campaign Details", `sort_by`. */
export const CampaignOrderField = { START_TIME: 'START_TIME', NAME: 'NAME' } as const;
export type CampaignOrderField = (typeof CampaignOrderField)[keyof typeof CampaignOrderField];

/** Fields by which messages can be ordered; API document, "SMS Details of a Single SMS Campaign", `sort_by`. */
export const MessageOrderField = { SCHEDULED_AT: 'SCHEDULED_AT' } as const;
export type MessageOrderField = (typeof MessageOrderField)[keyof typeof MessageOrderField];

/** An order of a list. */
interface Order<Field extends string> {
  readonly field: Field;
  readonly direction: OrderDirection;
}

/**
 * Validated filter and order of a list of campaigns. All of it is part of the identity of the list, for cursors and cache keys.
 * Clients hold cursors of these members: a new one is optional, comes last, and is undefined while its argument is not given.
 */
export interface CampaignQuery {
  readonly name: string | null;
  readonly statuses: readonly CampaignStatus[];
  readonly order: Order<CampaignOrderField>;
}

/**
 * Validated filter and order of a list of messages. A null direction stands for the upstream's own order. New members as in
 * `CampaignQuery`.
 */
export interface MessageQuery {
  readonly number: string | null;
  readonly direction: OrderDirection | null;
}

/** "Search by campaign name. Min 3 letters." (API document, "Bulk SMS Campaign Details", `name`). */
const minimumNameLength = 3;

/** Arguments of a list of campaigns, not yet checked. */
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

/** Arguments of a list of messages, not yet checked. */
export interface MessageListArguments {
  readonly filter?: { readonly number?: string | null } | null;
  readonly orderBy?: Order<MessageOrderField> | null;
}

/**
 * Checks a filter before any upstream call. Equal filters become equal queries.
 * @throws InputError with the name of the argument.
 */
export function campaignQueryOf({ filter, orderBy }: CampaignListArguments): CampaignQuery {
  const name = filter?.name ?? null;
  if (name !== null && isLongerThan(name, maximumSearchLength))
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
  // A new object, since its members and their order are part of the identity of the list.
  return { name, statuses, order: { field, direction } };
}

/**
 * Checks a filter before any upstream call.
 * @param argument path of the number, as the client writes it.
 * @throws InputError with the name of the argument.
 */
export function messageQueryOf(
  { filter, orderBy }: MessageListArguments,
  argument = 'filter.number',
): MessageQuery {
  const number = filter?.number ?? null;
  if (number !== null && isBlank(number))
    throw new InputError(argument, 'must not be blank; leave it out for all.');
  if (number !== null && isLongerThan(number, maximumNumberLength))
    throw new InputError(argument, `must have at most ${maximumNumberLength} characters.`);
  return { number, direction: orderBy?.direction ?? null };
}
