import { CampaignAction, CampaignStatus } from './campaign.js';

/**
 * The one table of lifecycle rules: which statuses allow which action.
 * API document, "Update SMS Campaign": all parameters "of a campaign that has not started"; pause only created
 * and in-progress (scheduled is a created one whose time has not come); resume and complete only paused;
 * archive only completed. An unknown status allows nothing: we can't tell what the upstream would do.
 */
export const allowedStatuses: Readonly<Record<CampaignAction, readonly CampaignStatus[]>> = {
  UPDATE: [CampaignStatus.CREATED, CampaignStatus.SCHEDULED],
  PAUSE: [CampaignStatus.CREATED, CampaignStatus.SCHEDULED, CampaignStatus.IN_PROGRESS],
  RESUME: [CampaignStatus.PAUSED],
  COMPLETE: [CampaignStatus.PAUSED],
  ARCHIVE: [CampaignStatus.COMPLETED],
};

/** Tells whether a campaign in this status may be asked to do this. */
export function isAllowed(action: CampaignAction, status: CampaignStatus): boolean {
  return allowedStatuses[action].includes(status);
}

/** The statuses that a campaign has only if the action was done: where it leads, and where nothing else leads from before it. */
const reachedBy: Readonly<Record<Exclude<CampaignAction, 'UPDATE'>, readonly CampaignStatus[]>> = {
  PAUSE: [CampaignStatus.PAUSED],
  RESUME: [CampaignStatus.CREATED, CampaignStatus.SCHEDULED, CampaignStatus.IN_PROGRESS],
  COMPLETE: [CampaignStatus.COMPLETED, CampaignStatus.ARCHIVED],
  ARCHIVE: [CampaignStatus.ARCHIVED],
};

/** Tells whether a campaign that allowed an action, and has this status now, has certainly undergone it. */
export function hasReached(action: Exclude<CampaignAction, 'UPDATE'>, status: CampaignStatus): boolean {
  return reachedBy[action].includes(status);
}

/** How far a campaign has come; paused is wherever it was. */
const progress: Readonly<Partial<Record<CampaignStatus, number>>> = {
  CREATED: 0,
  SCHEDULED: 1,
  IN_PROGRESS: 2,
  COMPLETED: 3,
  ARCHIVED: 4,
};

/** Tells whether no campaign goes from the one status to the other: what says so is late, not new. */
export function isBackwards(from: CampaignStatus, to: CampaignStatus): boolean {
  const [a, b] = [progress[from], progress[to]];
  if (to === CampaignStatus.PAUSED) return (a ?? 0) >= 3;
  return a !== undefined && b !== undefined && b < a;
}

const actionsByStatus = new Map(
  Object.values(CampaignStatus).map((status) => [
    status,
    Object.freeze(Object.values(CampaignAction).filter((action) => isAllowed(action, status))),
  ]),
);

/** The actions that a campaign in this status allows now, in the order of the enum. */
export function availableActions(status: CampaignStatus): readonly CampaignAction[] {
  return actionsByStatus.get(status) ?? [];
}
