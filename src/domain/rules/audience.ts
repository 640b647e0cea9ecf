import { ContentType, SmsType } from '../campaign.js';
import { maximumSenderLength } from '../lengths.js';
import { maximumSidLength } from '../sid.js';
import { problem, type UserProblem } from '../user-error.js';
import { type CampaignDraft } from './draft.js';
import { tooLong } from './text.js';

/** "Up to 5 listSid can be part of one single campaign" (API document, `lists`). */
const maximumStaticLists = 5;

/** `UNKNOWN` is what we answer for a word that we don't know; the upstream can't be asked for it. */
export function enumProblems({ contentType, smsType }: CampaignDraft): UserProblem[] {
  const problems: UserProblem[] = [];
  if (contentType === ContentType.UNKNOWN)
    problems.push(
      problem('INVALID', ['input', 'contentType'], 'The content type must be STATIC or DYNAMIC.'),
    );
  if (smsType === SmsType.UNKNOWN)
    problems.push(
      problem('INVALID', ['input', 'smsType'], 'The SMS type must be one that the upstream takes.'),
    );
  return problems;
}

function countProblem(contentType: CampaignDraft['contentType'], count: number): UserProblem[] {
  const field = ['input', 'lists'];
  if (count === 0) return [problem('TOO_FEW', field, 'At least one contact list is needed.')];
  if (contentType === ContentType.DYNAMIC && count > 1)
    return [problem('TOO_MANY', field, `A dynamic campaign takes exactly one list; ${count} were given.`)];
  if (count > maximumStaticLists)
    return [
      problem('TOO_MANY', field, `At most ${maximumStaticLists} lists are taken; ${count} were given.`),
    ];
  return [];
}

/** Of lists that are too many anyway, no more are looked at one by one. */
const lookedAt = 50;

/** One to five lists for a static campaign, exactly one for a dynamic one (API document, `lists`). */
export function listProblems({ lists, contentType }: CampaignDraft): UserProblem[] {
  if (lists == null) return [];
  const items = lists.slice(0, lookedAt).flatMap((sid, index) => {
    const field = ['input', 'lists', String(index)];
    if (sid.length > maximumSidLength) return [tooLong(field, 'The list sid', maximumSidLength)];
    if (sid.trim() === '') return [problem('BLANK', field, 'The list sid is blank.')];
    return lists.indexOf(sid) < index ? [problem('DUPLICATE', field, 'The list is given twice.')] : [];
  });
  return [...countProblem(contentType, lists.length), ...items];
}

/** "Alphabetical string (transactional), Numeric (Promotional)" (API document, `sender_id`). */
export function senderProblems({ senderId, smsType }: CampaignDraft): UserProblem[] {
  if (senderId == null) return [];
  const field = ['input', 'senderId'];
  if (senderId.length > maximumSenderLength) return [tooLong(field, 'The sender', maximumSenderLength)];
  if (senderId.trim() === '') return [problem('BLANK', field, 'The sender is blank.')];
  if (smsType === SmsType.PROMOTIONAL)
    return /^\d+$/.test(senderId)
      ? []
      : [problem('INVALID', field, 'The sender of a promotional campaign must have digits only.')];
  if (smsType == null || smsType === SmsType.UNKNOWN) return [];
  return /^[A-Za-z]+$/.test(senderId)
    ? []
    : [problem('INVALID', field, 'The sender of a transactional campaign must have letters only.')];
}
