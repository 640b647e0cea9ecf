import { describe, expect, it } from '@jest/globals';
import { CampaignAction, CampaignStatus } from '../../../../src/domain/campaigns/campaign.js';
import { allowedStatuses, availableActions, isAllowed } from '../../../../src/domain/campaigns/lifecycle.js';
import {
  applyAction,
  CAMPAIGN_STATUSES,
  isAction,
  isEditable,
  type CampaignStatus as WireStatus,
} from '../../../../src/sandbox/lifecycle.js';

/** The API document, "Update SMS Campaign", written out. */
const documented: Record<CampaignStatus, CampaignAction[]> = {
  CREATED: ['UPDATE', 'PAUSE'],
  SCHEDULED: ['UPDATE', 'PAUSE'],
  IN_PROGRESS: ['PAUSE'],
  PAUSED: ['RESUME', 'COMPLETE'],
  COMPLETED: ['ARCHIVE'],
  ARCHIVED: [],
  UNKNOWN: [],
};

const statuses = Object.values(CampaignStatus);
const actions = Object.values(CampaignAction);
const pairs = statuses.flatMap((status) => actions.map((action) => [action, status] as const));

function ours(status: WireStatus): CampaignStatus {
  return CampaignStatus[status.toUpperCase().replace('-', '_') as CampaignStatus];
}

function sandboxAllows(action: CampaignAction, status: WireStatus): boolean {
  const word = action.toLowerCase();
  return isAction(word) ? applyAction(status, word) !== undefined : isEditable(status);
}

describe('the lifecycle', () => {
  it.each(pairs)(
    '%s of a campaign that is %s is allowed if the upstream document allows it',
    (action, status) => {
      expect(isAllowed(action, status)).toBe(documented[status].includes(action));
    },
  );

  it.each(statuses)('offers the allowed actions for %s in the order of the enum', (status) => {
    expect(availableActions(status)).toEqual(documented[status]);
  });

  const shared = CAMPAIGN_STATUSES.flatMap((status) => actions.map((action) => [action, status] as const));
  it.each(shared)('%s of a campaign that is %s is allowed if the sandbox allows it', (action, status) => {
    expect(isAllowed(action, ours(status))).toBe(sandboxAllows(action, status));
  });

  it('has a rule for every action', () => {
    expect(Object.keys(allowedStatuses)).toEqual(actions);
  });

  it('returns results that cannot change it', () => {
    expect(Object.isFrozen(availableActions('CREATED'))).toBe(true);
  });
});
