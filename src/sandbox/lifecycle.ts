/** Every status a campaign can have; the spelling is that of the API document's samples. */
export const CAMPAIGN_STATUSES = [
  'created',
  'scheduled',
  'in-progress',
  'paused',
  'completed',
  'archived',
] as const;

/** A campaign's status as the API spells it. */
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/** The values of `action` (API document, 'Update SMS Campaign'). */
export const CAMPAIGN_ACTIONS = ['pause', 'resume', 'complete', 'archive'] as const;

/** An action as the API spells it. */
export type CampaignAction = (typeof CAMPAIGN_ACTIONS)[number];

/**
 * What each action may be done to (API document, 'Update SMS Campaign'). The document lets `pause` act on
 * "created and in-progress"; a scheduled campaign is a created one that waits for its start.
 */
const ALLOWED_FROM: Record<CampaignAction, readonly CampaignStatus[]> = {
  pause: ['created', 'scheduled', 'in-progress'],
  resume: ['paused'],
  complete: ['paused'],
  archive: ['completed'],
};

/**
 * The status that an action leads to, or undefined where it is not allowed. A campaign that was paused before
 * its start (`started` false) resumes to `scheduled`.
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

/** Whether the parameters may still be changed: "a campaign that has not started" (API document). */
export function isEditable(status: CampaignStatus): boolean {
  return status === 'created' || status === 'scheduled';
}

/** Whether a text names an action. */
export function isAction(text: string): text is CampaignAction {
  return (CAMPAIGN_ACTIONS as readonly string[]).includes(text);
}

/** Whether a text names a status. */
export function isStatus(text: string): text is CampaignStatus {
  return (CAMPAIGN_STATUSES as readonly string[]).includes(text);
}
