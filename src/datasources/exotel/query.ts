import { type CampaignStatus } from '../../domain/campaign.js';
import { CampaignOrderField, OrderDirection } from '../../domain/order.js';
import { campaignStatusToWire } from './mapping/words.js';

/** An order, of fields of one kind. */
export interface Order<Field extends string> {
  readonly field: Field;
  readonly direction: OrderDirection;
}

/** Which campaigns, in which order; checked already. Null order: latest start first. */
export interface CampaignQuery {
  readonly name: string | null;
  readonly statuses: readonly CampaignStatus[];
  readonly order: Order<CampaignOrderField>;
}

/** Which messages, in which order; checked already. Null order: the upstream's own. */
export interface MessageQuery {
  readonly number: string | null;
  readonly direction: OrderDirection | null;
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
