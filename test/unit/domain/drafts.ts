import { type CampaignDraft } from '../../../src/domain/rules/draft.js';
import { type CurrentCampaign } from '../../../src/domain/rules/update.js';
import { type UserProblem } from '../../../src/domain/errors.js';

/** The current time in these rules. */
export const now = Date.parse('2024-03-01T10:00:30Z');

/** A time this many minutes and milliseconds from now. */
export function inMinutes(minutes: number, milliseconds = 0): Date {
  return new Date(now + minutes * 60_000 + milliseconds);
}

/** The create sample of the API document, with changes. */
export function draftWith(changes: Partial<CampaignDraft> = {}): CampaignDraft {
  return {
    name: 'CampaignABC',
    contentType: 'STATIC',
    lists: ['9120d5962d214316b7721de55bb82e03'],
    dltTemplateId: '1107160086562376233',
    dltEntityId: '1101428740000012125',
    senderId: 'EXOTEL',
    smsType: 'TRANSACTIONAL',
    template: 'Prepaid rental charges have been deducted.',
    statusCallback: 'https://webhook.site/9402df04-f971-4a07-9992-27dc042b1c72',
    ...changes,
  };
}

/** A scheduled campaign: starts in 60 minutes, ends 5 hours later; with changes. */
export function campaignWith(changes: Partial<CurrentCampaign> = {}): CurrentCampaign {
  return {
    contentType: 'STATIC',
    smsType: 'TRANSACTIONAL',
    senderId: 'EXOTEL',
    lists: [{ sid: 'one' }],
    schedule: { startTime: inMinutes(60).toISOString(), endTime: inMinutes(360).toISOString() },
    ...changes,
  };
}

/** This many different list sids. */
export function listsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `list-${index}`);
}

/** Problems as `CODE path.of.field`. */
export function brief(problems: readonly UserProblem[]): string[] {
  return problems.map(({ code, field }) => `${code} ${field?.join('.') ?? '-'}`);
}
