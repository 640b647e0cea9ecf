import { type CampaignStatus } from './campaign.js';

/** Which end of an order comes first. */
export const OrderDirection = { ASC: 'ASC', DESC: 'DESC' } as const;
export type OrderDirection = (typeof OrderDirection)[keyof typeof OrderDirection];

/** What campaigns can be ordered by; API document, "Bulk SMS Campaign Details", `sort_by`. */
export const CampaignOrderField = { START_TIME: 'START_TIME', NAME: 'NAME' } as const;
export type CampaignOrderField = (typeof CampaignOrderField)[keyof typeof CampaignOrderField];

/** What messages can be ordered by; API document, "SMS Details of a Single SMS Campaign", `sort_by`. */
export const MessageOrderField = { SCHEDULED_AT: 'SCHEDULED_AT' } as const;
export type MessageOrderField = (typeof MessageOrderField)[keyof typeof MessageOrderField];

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
