/** All statuses of a campaign, in the spelling of the API document's samples. */
export const CAMPAIGN_STATUSES = [
  'created',
  'scheduled',
  'in-progress',
  'paused',
  'completed',
  'archived',
] as const;

/** Status of a campaign. */
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/** The values of `action` (API document, 'Update SMS Campaign'). */
export const CAMPAIGN_ACTIONS = ['pause', 'resume', 'complete', 'archive'] as const;

/** Action on a campaign. */
export type CampaignAction = (typeof CAMPAIGN_ACTIONS)[number];

/**
 * Statuses that allow each action (API document, 'Update SMS Campaign'). The document allows `pause` for "created and
 * in-progress"; a scheduled campaign is a created one that waits for its start.
 */
const ALLOWED_FROM: Record<CampaignAction, readonly CampaignStatus[]> = {
  pause: ['created', 'scheduled', 'in-progress'],
  resume: ['paused'],
  complete: ['paused'],
  archive: ['completed'],
};

/**
 * Status after an action; undefined if the action is not allowed. A campaign that was paused before its start (`started`
 * is false) resumes to `scheduled`.
 */
export function applyAction(
  status: CampaignStatus,
  action: CampaignAction,
  started = true,
): CampaignStatus | undefined {
  if (!ALLOWED_FROM[action].includes(status)) return undefined;
  switch (action) {
    case 'pause':
      return 'paused';
    case 'resume':
      return started ? 'in-progress' : 'scheduled';
    case 'complete':
      return 'completed';
    case 'archive':
      return 'archived';
  }
}

/** Whether parameters may be changed: "a campaign that has not started" (API document). */
export function isEditable(status: CampaignStatus): boolean {
  return status === 'created' || status === 'scheduled';
}

/** Whether a text is an action. */
export function isAction(text: string): text is CampaignAction {
  return (CAMPAIGN_ACTIONS as readonly string[]).includes(text);
}

/** Whether a text is a status. */
export function isStatus(text: string): text is CampaignStatus {
  return (CAMPAIGN_STATUSES as readonly string[]).includes(text);
}
