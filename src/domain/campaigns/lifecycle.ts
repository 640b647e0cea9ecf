import { CampaignAction, CampaignStatus } from './campaign.js';

/**
 * Lifecycle rules: the statuses that allow each action. API document, "Update SMS Campaign": update "a campaign that has
 * not started"; pause created and in-progress campaigns (a scheduled one is a created one before its start); resume and
 * complete paused ones; archive completed ones. An unknown status allows nothing, since the upstream's reaction is unknown.
 */
export const allowedStatuses: Readonly<Record<CampaignAction, readonly CampaignStatus[]>> = {
  UPDATE: [CampaignStatus.CREATED, CampaignStatus.SCHEDULED],
  PAUSE: [CampaignStatus.CREATED, CampaignStatus.SCHEDULED, CampaignStatus.IN_PROGRESS],
  RESUME: [CampaignStatus.PAUSED],
  COMPLETE: [CampaignStatus.PAUSED],
  ARCHIVE: [CampaignStatus.COMPLETED],
};

/** Whether a status allows an action. */
export function isAllowed(action: CampaignAction, status: CampaignStatus): boolean {
  return allowedStatuses[action].includes(status);
}

/** Statuses that prove an action: those that it leads to, and that nothing else leads to from a status that allows it. */
const reachedBy: Readonly<Record<Exclude<CampaignAction, 'UPDATE'>, readonly CampaignStatus[]>> = {
  PAUSE: [CampaignStatus.PAUSED],
  RESUME: [CampaignStatus.CREATED, CampaignStatus.SCHEDULED, CampaignStatus.IN_PROGRESS],
  COMPLETE: [CampaignStatus.COMPLETED, CampaignStatus.ARCHIVED],
  ARCHIVE: [CampaignStatus.ARCHIVED],
};

/** Whether a campaign that allowed an action before and has this status now has certainly undergone the action. */
export function hasReached(action: Exclude<CampaignAction, 'UPDATE'>, status: CampaignStatus): boolean {
  return reachedBy[action].includes(status);
}

/** Order of statuses in the lifecycle; a paused campaign may be at any point before completion. */
const progress: Readonly<Partial<Record<CampaignStatus, number>>> = {
  CREATED: 0,
  SCHEDULED: 1,
  IN_PROGRESS: 2,
  COMPLETED: 3,
  ARCHIVED: 4,
};

/** Whether a transition is impossible: a report of it is out of date. */
export function isBackwards(from: CampaignStatus, to: CampaignStatus): boolean {
  const [a, b] = [progress[from], progress[to]];
  if (to === CampaignStatus.PAUSED) return (a ?? 0) >= 3;
  return a !== undefined && b !== undefined && b < a;
}

/** Whether a campaign with this status can't come to allow an action any more. */
export function isRuledOut(action: CampaignAction, status: CampaignStatus): boolean {
  return allowedStatuses[action].every((allowed) => isBackwards(status, allowed));
}

const actionsByStatus = new Map(
  Object.values(CampaignStatus).map((status) => [
    status,
    Object.freeze(Object.values(CampaignAction).filter((action) => isAllowed(action, status))),
  ]),
);

/** Actions that a status allows, in the order of the enum. */
export function availableActions(status: CampaignStatus): readonly CampaignAction[] {
  return actionsByStatus.get(status) ?? [];
}
