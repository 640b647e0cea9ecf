/** Which end of an order comes first. */
export const OrderDirection = { ASC: 'ASC', DESC: 'DESC' } as const;
export type OrderDirection = (typeof OrderDirection)[keyof typeof OrderDirection];

/** What campaigns can be ordered by; API document, "Bulk SMS Campaign Details", `sort_by`. */
export const CampaignOrderField = { START_TIME: 'START_TIME', NAME: 'NAME' } as const;
export type CampaignOrderField = (typeof CampaignOrderField)[keyof typeof CampaignOrderField];

/** What messages can be ordered by; API document, "SMS Details of a Single SMS Campaign", `sort_by`. */
export const MessageOrderField = { SCHEDULED_AT: 'SCHEDULED_AT' } as const;
export type MessageOrderField = (typeof MessageOrderField)[keyof typeof MessageOrderField];
