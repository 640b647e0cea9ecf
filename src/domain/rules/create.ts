import { problem, type UserProblem } from '../user-error.js';
import { enumProblems, listProblems, senderProblems } from './audience.js';
import { type CampaignDraft } from './draft.js';
import { scheduleProblems } from './schedule.js';
import { callbackProblems, dltProblems, nameProblems, templateProblems } from './text.js';

/**
 * Every rule of the API document on a new campaign, all at once, so that a form can mark all its fields.
 *
 * @param nowMs the gateway's clock: the start must be 10 minutes ahead of it.
 * @returns what is wrong; empty where the upstream should take the draft.
 */
export function createProblems(draft: CampaignDraft, nowMs: number): UserProblem[] {
  return [...fieldProblems(draft), ...scheduleProblems(draft, nowMs)];
}

/** The rules on a new campaign and on the key that it is created under. */
export function newCampaignProblems(
  draft: CampaignDraft,
  idempotencyKey: string | null,
  nowMs: number,
): UserProblem[] {
  return [...createProblems(draft, nowMs), ...keyProblems(idempotencyKey)];
}

/** As long as any id that somebody makes for this. */
const maximumKeyLength = 255;

/** A blank key is no key, and a very long one is something else. */
export function keyProblems(idempotencyKey: string | null): UserProblem[] {
  const field = ['input', 'idempotencyKey'];
  if (idempotencyKey === null) return [];
  if (idempotencyKey.trim() === '')
    return [problem('BLANK', field, 'The key is blank; leave it out instead.')];
  return idempotencyKey.length > maximumKeyLength
    ? [problem('TOO_LONG', field, `The key must be at most ${maximumKeyLength} characters long.`)]
    : [];
}

/** The rules that need no clock, in the order of the contract's fields. */
export function fieldProblems(draft: CampaignDraft): UserProblem[] {
  const rules = [
    nameProblems,
    enumProblems,
    listProblems,
    dltProblems,
    senderProblems,
    templateProblems,
    callbackProblems,
  ];
  return rules.flatMap((rule) => rule(draft));
}
