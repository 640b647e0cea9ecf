import {
  type CampaignAction,
  type CampaignStatus,
  type ContentType,
  type SmsType,
} from '../../../domain/campaigns/campaign.js';
import {
  CampaignOrderField,
  type CampaignQuery,
  type MessageQuery,
} from '../../../domain/lists/list-query.js';
import { type CampaignDraft } from '../../../domain/rules/draft.js';
import { type WireErrorData } from './envelope.js';

/** A request body in the upstream's spelling. */
export type WireBody = Readonly<Record<string, unknown>>;

function typeToWire(type: ContentType | SmsType | null | undefined): string | undefined {
  return type?.toLowerCase();
}

/** RFC 3339 without zero milliseconds: no sample in the document has a fraction. */
function momentToWire(moment: Date | null | undefined): string | undefined {
  return moment?.toISOString().replace('.000Z', 'Z');
}

function scheduleToWire({ schedule }: CampaignDraft): WireBody | undefined {
  if (schedule?.startTime == null && schedule?.endTime == null) return undefined;
  return { start_time: momentToWire(schedule.startTime), end_time: momentToWire(schedule.endTime) };
}

/** The given values of a draft; JSON omits undefined members. */
export function draftToWire(draft: CampaignDraft): WireBody {
  return {
    name: draft.name ?? undefined,
    content_type: typeToWire(draft.contentType),
    lists: draft.lists ?? undefined,
    schedule: scheduleToWire(draft),
    dlt_entity_id: draft.dltEntityId ?? undefined,
    dlt_template_id: draft.dltTemplateId ?? undefined,
    sender_id: draft.senderId ?? undefined,
    sms_type: typeToWire(draft.smsType),
    template: draft.template ?? undefined,
    status_callback: draft.statusCallback ?? undefined,
    sms_status_callback: draft.smsStatusCallback ?? undefined,
  };
}

/** Body of a create: flat, as in the document's curl sample. Its other samples wrap it in `smscampaigns`. */
export function createToWire(draft: CampaignDraft): WireBody {
  return { ...draftToWire(draft), channel: 'SMS' };
}

/** Actions other than `UPDATE`. */
export type LifecycleAction = Exclude<CampaignAction, 'UPDATE'>;

/** `{"action": "pause" | "resume" | "complete" | "archive"}`: API document, "Update SMS Campaign". */
export function actionToWire(action: LifecycleAction): WireBody {
  return { action: action.toLowerCase() };
}

/** Query parameters; undefined ones are omitted. */
export type WireQuery = Readonly<Record<string, string | undefined>>;

const sortKeys: Readonly<Record<CampaignOrderField, string>> = {
  START_TIME: 'schedule.start_time',
  NAME: 'name',
};

/** `in-progress`: status of a campaign in a filter. */
function statusToWire(status: CampaignStatus): string {
  return status.toLowerCase().replaceAll('_', '-');
}

/** API document, "Bulk SMS Campaign Details": filters and `sort_by`, which is omitted for the default order. */
export function campaignQueryToWire({
  name,
  statuses,
  order: { field, direction },
}: CampaignQuery): WireQuery {
  const isDefault = field === CampaignOrderField.START_TIME && direction === 'DESC';
  return {
    name: name ?? undefined,
    status: statuses.length === 0 ? undefined : statuses.map(statusToWire).join(','),
    sort_by: isDefault ? undefined : `${sortKeys[field]}:${direction.toLowerCase()}`,
  };
}

/** API document, "SMS Details of a Single SMS Campaign": `number` and `sort_by`. */
export function messageQueryToWire({ number, direction }: MessageQuery): WireQuery {
  return {
    number: number ?? undefined,
    sort_by: direction === null ? undefined : `schedule_time:${direction.toLowerCase()}`,
  };
}

/** Parameters of the upstream, and the fields of `input` that they come from. */
const inputFields: readonly (readonly [parameter: RegExp, ...path: string[]])[] = [
  [/\bstart_time\b/, 'schedule', 'startTime'],
  [/\b(end|expiry)_time\b/, 'schedule', 'endTime'],
  [/\bcontent_type\b/, 'contentType'],
  [/\bdlt_entiti?y_id\b/, 'dltEntityId'],
  [/\bdlt_template_id\b/, 'dltTemplateId'],
  [/\bsender_id\b/, 'senderId'],
  [/\bsms_type\b/, 'smsType'],
  [/\bsms_status_callback\b/, 'smsStatusCallback'],
  [/\bstatus_callback\b/, 'statusCallback'],
  [/\btemplate\b/, 'template'],
  [/\blists?\b/, 'lists'],
  [/\bname\b/, 'name'],
];

/** Error texts name a parameter early or not at all. */
const examinedCharacters = 500;

/**
 * Path of the argument that a refusal is about, from the parameter that its text names. Only the path is used: text of the
 * upstream never reaches a client.
 */
export function refusedField(error: WireErrorData | null): readonly string[] | undefined {
  const texts = [error?.message, error?.description].map((text) => text?.slice(0, examinedCharacters) ?? '');
  const all = texts.join(' ').toLowerCase();
  const [, ...path] = inputFields.find(([parameter]) => parameter.test(all)) ?? [];
  return path.length > 0 ? ['input', ...path] : undefined;
}
