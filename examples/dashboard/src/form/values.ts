import type {
  CampaignDetailsFragment,
  CreateCampaignInput,
  ScheduleInput,
  UpdateCampaignInput,
} from '../generated/operations';

/** What the form holds: the text of each field, under the name that the gateway's errors have for it. */
export interface Values {
  readonly name: string;
  readonly contentType: string;
  readonly lists: string;
  readonly smsType: string;
  readonly senderId: string;
  readonly template: string;
  readonly dltEntityId: string;
  readonly dltTemplateId: string;
  readonly 'schedule.startTime': string;
  readonly 'schedule.endTime': string;
  readonly statusCallback: string;
  readonly smsStatusCallback: string;
}

export type FieldName = keyof Values;

export const emptyValues: Values = {
  name: '',
  contentType: 'STATIC',
  lists: '',
  smsType: 'TRANSACTIONAL',
  senderId: '',
  template: '',
  dltEntityId: '',
  dltTemplateId: '',
  'schedule.startTime': '',
  'schedule.endTime': '',
  statusCallback: '',
  smsStatusCallback: '',
};

/** The form of a campaign that exists. */
export function valuesOf(campaign: CampaignDetailsFragment): Values {
  return {
    name: campaign.name,
    contentType: campaign.contentType,
    lists: campaign.lists.map(({ sid }) => sid).join('\n'),
    smsType: campaign.smsType,
    senderId: campaign.senderId,
    template: campaign.template,
    dltEntityId: campaign.dltEntityId ?? '',
    dltTemplateId: campaign.dltTemplateId ?? '',
    'schedule.startTime': localTime(campaign.schedule.startTime),
    'schedule.endTime': localTime(campaign.schedule.endTime),
    statusCallback: campaign.statusCallback ?? '',
    smsStatusCallback: campaign.smsStatusCallback ?? '',
  };
}

/** Input of `createCampaign` and `validateCampaign`. */
export function createInput(values: Values): CreateCampaignInput {
  return {
    name: orNull(values.name),
    contentType: values.contentType as CreateCampaignInput['contentType'],
    lists: sidsIn(values.lists),
    smsType: values.smsType as CreateCampaignInput['smsType'],
    senderId: values.senderId.trim(),
    template: values.template,
    dltEntityId: values.dltEntityId.trim(),
    dltTemplateId: values.dltTemplateId.trim(),
    schedule: scheduleOf(values),
    statusCallback: orNull(values.statusCallback),
    smsStatusCallback: orNull(values.smsStatusCallback),
  };
}

/** Input of `updateCampaign`: the fields that have changed, so that nothing else is overwritten. */
export function updateInput(values: Values, before: Values): UpdateCampaignInput {
  const input: Record<string, unknown> = {};
  const now = createInput(values);
  for (const name of changedFields(values, before)) {
    const key = (name.startsWith('schedule.') ? 'schedule' : name) as keyof UpdateCampaignInput;
    input[key] = now[key] ?? ''; // an emptied field is refused by its rule, not kept in silence
  }
  return input;
}

export function changedFields(values: Values, before: Values): readonly FieldName[] {
  return (Object.keys(values) as FieldName[]).filter((name) => values[name] !== before[name]);
}

function scheduleOf(values: Values): ScheduleInput | null {
  const startTime = zonedTime(values['schedule.startTime']);
  const endTime = zonedTime(values['schedule.endTime']);
  return startTime === null && endTime === null ? null : { startTime, endTime };
}

function sidsIn(text: string): string[] {
  return text.split(/[\s,]+/).filter((sid) => sid !== '');
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text;
}

/** A field of type datetime-local has no offset; the gateway wants one. */
function zonedTime(local: string): string | null {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

function localTime(time: string | null): string {
  if (time === null) return '';
  const at = new Date(time);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
