import { type CampaignDraft } from '../../../../src/domain/rules/draft.js';
import { type Campaign } from '../../../../src/schema/campaign.js';
import { campaign } from '../../schema/campaigns.js';

/** The campaign that the upstream makes of a draft: by default it starts ten minutes after its creation and ends after thirty days. */
export function campaignOf(draft: CampaignDraft, createdAt: Date, changes: Partial<Campaign> = {}): Campaign {
  const startTime = draft.schedule?.startTime ?? new Date(createdAt.getTime() + 10 * 60_000);
  const endTime = draft.schedule?.endTime ?? new Date(startTime.getTime() + 30 * 86_400_000);
  return {
    ...campaign,
    name: draft.name ?? '',
    contentType: draft.contentType ?? 'STATIC',
    lists: (draft.lists ?? []).map((sid) => ({ sid })),
    schedule: { startTime: startTime.toISOString(), endTime: endTime.toISOString() },
    template: draft.template ?? '',
    smsType: draft.smsType ?? 'TRANSACTIONAL',
    senderId: draft.senderId ?? '',
    dltEntityId: draft.dltEntityId ?? null,
    dltTemplateId: draft.dltTemplateId ?? null,
    statusCallback: draft.statusCallback ?? null,
    smsStatusCallback: draft.smsStatusCallback ?? null,
    createdAt: createdAt.toISOString(),
    updatedAt: createdAt.toISOString(),
    ...changes,
  };
}
