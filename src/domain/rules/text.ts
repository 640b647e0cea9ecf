import { maximumDltIdLength, maximumNameLength, maximumUrlLength } from '../lengths.js';
import { problem, type UserProblem } from '../user-error.js';
import {
  examinedPart,
  lengthInCharacters,
  maximumTemplateLength,
  maximumVariables,
  variablesOf,
} from '../template.js';
import { type CampaignDraft } from './draft.js';

const digits = /^\d+$/;

/** What is far longer than any real one; `maximum` in UTF-16 units. */
export function tooLong(field: readonly string[], what: string, maximum: number): UserProblem {
  return problem('TOO_LONG', field, `${what} must be at most ${maximum} characters long.`);
}

const garbled = 'It has characters that are none: a zero byte, or half of a surrogate pair.';

/** What no layer behind us keeps as it is, so that it could not be found again. */
function isGarbled(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}

/** "It should be greater than 3 characters" (API document, `name`). */
export function nameProblems({ name }: CampaignDraft): UserProblem[] {
  if (name == null) return [];
  const field = ['input', 'name'];
  if (name.trim() === '')
    return [problem('BLANK', field, 'The name is blank; leave it out to get a default.')];
  if (name.length > maximumNameLength) return [tooLong(field, 'The name', maximumNameLength)];
  if (isGarbled(name)) return [problem('INVALID', field, garbled)];
  if (lengthInCharacters(name.trim()) <= 3)
    return [problem('TOO_SHORT', field, 'The name must have more than 3 characters.')];
  return [];
}

/** DLT ids are "Numeric Value"s, kept as text since they exceed what a number holds. */
export function dltProblems(draft: CampaignDraft): UserProblem[] {
  return (['dltEntityId', 'dltTemplateId'] as const).flatMap((key) => {
    const value = draft[key];
    if (value == null) return [];
    if (value.length > maximumDltIdLength) return [tooLong(['input', key], key, maximumDltIdLength)];
    if (digits.test(value)) return [];
    return value.trim() === ''
      ? [problem('BLANK', ['input', key], `${key} is blank.`)]
      : [problem('INVALID', ['input', key], `${key} must have digits only.`)];
  });
}

/** "Body of the Sms (Max 2000 char)"; "You can replace up to 5 variables". */
export function templateProblems({ template }: CampaignDraft): UserProblem[] {
  if (template == null) return [];
  const field = ['input', 'template'];
  if (template.trim() === '') return [problem('BLANK', field, 'The template is blank.')];
  if (isGarbled(template)) return [problem('INVALID', field, garbled)];
  const problems: UserProblem[] = [];
  const examined = examinedPart(template);
  const isCut = examined.length < template.length;
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
    if (value.length > maximumUrlLength) return [tooLong(['input', key], key, maximumUrlLength)];
    if (isHttpUrl(value)) return [];
    return [problem('INVALID', ['input', key], `${key} must be a valid http or https URL.`)];
  });
}
