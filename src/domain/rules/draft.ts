import { type ContentType, type SmsType } from '../campaigns/campaign.js';
import { problem, type UserProblem } from '../errors.js';
import { examinedPart, maximumTemplateLength, maximumVariables, variablesOf } from '../campaigns/sms.js';
import { isBlank, isGarbled, isLongerThan, lengthInCharacters } from '../text.js';

/** Start and end of a campaign, both optional. */
interface ScheduleDraft {
  readonly startTime?: Date | null;
  readonly endTime?: Date | null;
}

/** Input for a campaign. Absent and null both mean: not given. */
export interface CampaignDraft {
  readonly name?: string | null;
  readonly contentType?: ContentType | null;
  readonly lists?: readonly string[] | null;
  readonly schedule?: ScheduleDraft | null;
  readonly dltEntityId?: string | null;
  readonly dltTemplateId?: string | null;
  readonly senderId?: string | null;
  readonly smsType?: SmsType | null;
  readonly template?: string | null;
  readonly statusCallback?: string | null;
  readonly smsStatusCallback?: string | null;
}

/**
 * Maximum lengths, in characters, of text from outside that is stored, used as a key or sent on: many times longer than
 * real values. sid.ts has that of sids, sms.ts that of templates.
 */

/** Phone number: E.164 has 15 digits, and some are written with signs and blanks. */
export const maximumNumberLength = 64;
/** Status in the upstream's spelling: the longest in the API document has 20 letters. */
export const maximumStatusLength = 64;
/** Part of a name in a filter. */
export const maximumSearchLength = 200;
/** Name of a campaign; the API document has no maximum. */
export const maximumNameLength = 1000;
/** DLT id: "Numeric Value" of 19 digits or more. */
const maximumDltIdLength = 64;
/** Sender: real ones have 6 letters or a few digits. */
export const maximumSenderLength = 64;
/** URL of a callback: the length that browsers and proxies accept. */
export const maximumUrlLength = 2048;
/** Cursor: longer than any cursor of this API, although a cursor may contain a name. */
export const maximumCursorLength = 8192;

const digits = /^\d+$/;

/** Problem for a text that is too long; `maximum` in characters. */
export function tooLong(field: readonly string[], subject: string, maximum: number): UserProblem {
  return problem('TOO_LONG', field, `${subject} must be at most ${maximum} characters long.`);
}

/** Problem for a garbled text, which a search could not find again. */
export function garbled(field: readonly string[]): UserProblem {
  return problem(
    'INVALID',
    field,
    'It contains a zero byte or half of a surrogate pair, which are not characters.',
  );
}

/** "It should be greater than 3 characters" (API document, `name`). */
export function nameProblems({ name }: CampaignDraft): UserProblem[] {
  if (name == null) return [];
  const field = ['input', 'name'];
  if (isLongerThan(name, maximumNameLength)) return [tooLong(field, 'The name', maximumNameLength)];
  if (isBlank(name)) return [problem('BLANK', field, 'The name is blank; leave it out to get a default.')];
  if (isGarbled(name)) return [garbled(field)];
  if (lengthInCharacters(name.trim()) <= 3)
    return [problem('TOO_SHORT', field, 'The name must have more than 3 characters.')];
  return [];
}

/** DLT ids are "Numeric Value"s; they are text here because they exceed the precision of a number. */
export function dltProblems(draft: CampaignDraft): UserProblem[] {
  return (['dltEntityId', 'dltTemplateId'] as const).flatMap((key) => {
    const value = draft[key];
    if (value == null) return [];
    if (isLongerThan(value, maximumDltIdLength)) return [tooLong(['input', key], key, maximumDltIdLength)];
    if (digits.test(value)) return [];
    return isBlank(value)
      ? [problem('BLANK', ['input', key], `${key} is blank.`)]
      : [problem('INVALID', ['input', key], `${key} must have digits only.`)];
  });
}

/** "Body of the Sms (Max 2000 char)"; "You can replace up to 5 variables". */
export function templateProblems({ template }: CampaignDraft): UserProblem[] {
  if (template == null) return [];
  const field = ['input', 'template'];
  const examined = examinedPart(template);
  const isCut = examined.length < template.length;
  if (!isCut && isBlank(template)) return [problem('BLANK', field, 'The template is blank.')];
  if (!isCut && isGarbled(template)) return [garbled(field)];
  const problems: UserProblem[] = [];
  const length = lengthInCharacters(examined);
  if (isCut || length > maximumTemplateLength)
    problems.push(
      problem(
        'TOO_LONG',
        field,
        `The template has ${isCut ? 'more than ' : ''}${length} characters; at most ${maximumTemplateLength} are taken.`,
      ),
    );
  const variables = variablesOf(examined);
  if (variables.length > maximumVariables)
    problems.push(
      problem(
        'TOO_MANY',
        field,
        `The template has ${variables.length} different variables; at most ${maximumVariables} are taken.`,
      ),
    );
  return problems;
}

function isHttpUrl(text: string): boolean {
  if (!/^https?:\/\/[^\s/]/i.test(text) || /\s/.test(text)) return false;
  return URL.canParse(text);
}

/** "Valid http/https url" (API document, `status_callback`, `sms_status_callback`). */
export function callbackProblems(draft: CampaignDraft): UserProblem[] {
  return (['statusCallback', 'smsStatusCallback'] as const).flatMap((key) => {
    const value = draft[key];
    if (value == null) return [];
    if (isLongerThan(value, maximumUrlLength)) return [tooLong(['input', key], key, maximumUrlLength)];
    if (isGarbled(value)) return [garbled(['input', key])];
    if (isHttpUrl(value)) return [];
    return [problem('INVALID', ['input', key], `${key} must be a valid http or https URL.`)];
  });
}
