import { z } from 'zod';
import { optionalText, text, textOrNull } from './text.js';
import { optionalMoment } from './time.js';

/** What a form or a careless sender writes for nothing. */
const optionalLink = z.transform((value) => (value === 'null' ? null : textOrNull(value)));

/**
 * What is POSTed to `status_callback` "when a SMS campaign will start or completed": API document, create. As JSON or as
 * a form, at least once, late, and not signed (docs/upstream.md, limits).
 */
export const wireCampaignCallback = z.object({
  campaign_sid: z.string().min(1),
  date_updated: optionalText,
  status: z.string().min(1),
  reports: optionalLink,
});

/** What is POSTed to `sms_status_callback` "once SMS reaches terminal state": API document, create. */
export const wireMessageCallback = z.object({
  campaign_sid: z.string().min(1),
  sms_sid: z.string().min(1),
  date_created: optionalMoment,
  date_sent: optionalMoment,
  number: text,
  status: z.string().min(1),
});
