import { type Campaign } from '../../../src/schema/campaign.js';

const counts = { scheduled: 1, submitted: 0, sent: 4, failed: 0, failedDnd: 0, failedExpired: 0 };

/** A campaign as it was read. */
export const campaign: Campaign = {
  __typename: 'Campaign',
  id: 'a',
  sid: 'a',
  accountSid: 'acme',
  name: 'one',
  channel: 'SMS',
  contentType: 'STATIC',
  status: 'SCHEDULED',
  upstreamStatus: 'scheduled',
  state: 'prepared',
  lists: [{ sid: 'l1' }, { sid: 'l2' }],
  schedule: { startTime: null, endTime: null },
  template: 'नमस्कार',
  smsType: 'TRANSACTIONAL',
  senderId: 'EXOTEL',
  dltEntityId: null,
  dltTemplateId: null,
  statusCallback: 'https://x.example/a',
  smsStatusCallback: null,
  reportUrl: null,
  estimatedCost: 1.5,
  stats: { ...counts, failedNoAttempt: 0, failedNoBalance: 0, invalid: 0, total: 5 },
  availableActions: ['PAUSE'],
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-02T00:00:00.000Z',
  fetchedAt: '2026-01-03T00:00:00.000Z',
};
