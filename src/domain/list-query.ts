import { type CampaignStatus } from './campaign.js';

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
export interface Order<Field extends string> {
  readonly field: Field;
  readonly direction: OrderDirection;
}

/** Validated filter and order of a list of campaigns. */
export interface CampaignQuery {
  readonly name: string | null;
  readonly statuses: readonly CampaignStatus[];
  readonly order: Order<CampaignOrderField>;
}

/** Validated filter and order of a list of messages. A null direction stands for the upstream's own order. */
export interface MessageQuery {
  readonly number: string | null;
  readonly direction: OrderDirection | null;
}
