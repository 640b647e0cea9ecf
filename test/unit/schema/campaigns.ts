import { campaignFromWire } from '../../../src/datasources/exotel/mapping/campaign.js';
import { type Campaign } from '../../../src/schema/campaign.js';

const row = {
  sid: 'a',
  name: 'one',
  content_type: 'static',
  status: 'scheduled',
  state: 'prepared',
  lists: ['l1', 'l2'],
  template: 'नमस्कार',
  sms_type: 'transactional',
  sender_id: 'EXOTEL',
  status_callback: 'https://x.example/a',
  estimated_cost: 1.5,
  stats: { scheduled: 1, sent: 4 },
  date_created: '2026-01-01T00:00:00Z',
  date_updated: '2026-01-02T00:00:00Z',
};

/** A snapshot of a campaign. */
export const campaign = campaignFromWire(row, {
  accountSid: 'acme',
  fetchedAt: '2026-01-03T00:00:00.000Z',
}) as Campaign;
