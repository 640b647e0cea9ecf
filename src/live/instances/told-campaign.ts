import { z } from 'zod';
import { CampaignAction, CampaignStatus, Channel, ContentType, SmsType } from '../../domain/campaign.js';
import { type Campaign } from '../../schema/campaign.js';

const textOrNull = z.string().nullable();
const count = z.number();

/** A campaign as another gateway tells it, which may be of another version: what lacks a field is none. */
export const toldCampaign: z.ZodType<Campaign> = z.object({
  __typename: z.literal('Campaign'),
  id: z.string(),
  sid: z.string().min(1),
  accountSid: z.string(),
  name: z.string(),
  channel: z.enum(Channel),
  contentType: z.enum(ContentType),
  status: z.enum(CampaignStatus),
  upstreamStatus: z.string(),
  state: textOrNull,
  lists: z.array(z.object({ sid: z.string() })),
  schedule: z.object({ startTime: textOrNull, endTime: textOrNull }),
  template: z.string(),
  smsType: z.enum(SmsType),
  senderId: z.string(),
  dltEntityId: textOrNull,
  dltTemplateId: textOrNull,
  statusCallback: textOrNull,
  smsStatusCallback: textOrNull,
  reportUrl: textOrNull,
  estimatedCost: z.number().nullable(),
  stats: z.object({
    scheduled: count,
    submitted: count,
    sent: count,
    failed: count,
    failedDnd: count,
    failedExpired: count,
    failedNoAttempt: count,
    failedNoBalance: count,
    invalid: count,
    total: count,
  }),
  availableActions: z.array(z.enum(CampaignAction)),
  createdAt: z.string(),
  updatedAt: z.string(),
  fetchedAt: z.string(),
});
