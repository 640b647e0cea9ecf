import { CampaignAction, type ContentType, type SmsType } from '../../../domain/campaign.js';
import { type CampaignDraft } from '../../../domain/rules/draft.js';
import { typeToWire } from './enums.js';

/** A request body in the upstream's spelling. */
export type WireBody = Readonly<Record<string, unknown>>;

function word(type: ContentType | SmsType | null | undefined): string | undefined {
  return type == null ? undefined : typeToWire(type);
}

function scheduleToWire({ schedule }: CampaignDraft): WireBody | undefined {
  if (schedule?.startTime == null && schedule?.endTime == null) return undefined;
  return { start_time: momentToWire(schedule.startTime), end_time: momentToWire(schedule.endTime) };
}

/** RFC 3339 without a fraction of nothing: no sample in the document has one. */
function momentToWire(moment: Date | null | undefined): string | undefined {
  return moment?.toISOString().replace('.000Z', 'Z');
}

/** What was said of a campaign, and nothing that was not: JSON leaves out what is undefined. */
export function draftToWire(draft: CampaignDraft): WireBody {
  return {
    name: draft.name ?? undefined,
    content_type: word(draft.contentType),
    lists: draft.lists ?? undefined,
    schedule: scheduleToWire(draft),
    dlt_entity_id: draft.dltEntityId ?? undefined,
    dlt_template_id: draft.dltTemplateId ?? undefined,
    sender_id: draft.senderId ?? undefined,
    sms_type: word(draft.smsType),
    template: draft.template ?? undefined,
    status_callback: draft.statusCallback ?? undefined,
    sms_status_callback: draft.smsStatusCallback ?? undefined,
  };
}

/** A new campaign, flat as in the document's curl sample; its other samples wrap it in `smscampaigns`. */
export function createToWire(draft: CampaignDraft): WireBody {
  return { ...draftToWire(draft), channel: 'SMS' };
}

/** An action that is not `UPDATE`. */
export type LifecycleAction = Exclude<CampaignAction, 'UPDATE'>;

const actionWords: Readonly<Record<LifecycleAction, string>> = {
  [CampaignAction.PAUSE]: 'pause',
  [CampaignAction.RESUME]: 'resume',
  [CampaignAction.COMPLETE]: 'complete',
  [CampaignAction.ARCHIVE]: 'archive',
};

/** `{"action": "pause" | "resume" | "complete" | "archive"}`: API document, "Update SMS Campaign". */
export function actionToWire(action: LifecycleAction): WireBody {
  return { action: actionWords[action] };
}
