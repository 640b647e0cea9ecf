import { type WireErrorData } from '../wire/envelope.js';

/** Where a parameter of the upstream is in the mutation's arguments. */
const paths: readonly (readonly [parameter: RegExp, path: readonly string[]])[] = [
  [/\bstart_time\b/, ['input', 'schedule', 'startTime']],
  [/\b(end|expiry)_time\b/, ['input', 'schedule', 'endTime']],
  [/\bcontent_type\b/, ['input', 'contentType']],
  [/\bdlt_entiti?y_id\b/, ['input', 'dltEntityId']],
  [/\bdlt_template_id\b/, ['input', 'dltTemplateId']],
  [/\bsender_id\b/, ['input', 'senderId']],
  [/\bsms_type\b/, ['input', 'smsType']],
  [/\bsms_status_callback\b/, ['input', 'smsStatusCallback']],
  [/\bstatus_callback\b/, ['input', 'statusCallback']],
  [/\btemplate\b/, ['input', 'template']],
  [/\blists?\b/, ['input', 'lists']],
  [/\bname\b/, ['input', 'name']],
];

/** A parameter is named early or not at all; how long the rest is, is for the upstream to say. */
const readCharacters = 500;

/**
 * Tells which argument the upstream complained of, from the parameter that its text names.
 * Only the path is kept: an upstream's text never reaches a client.
 */
export function fieldOf(error: WireErrorData | null | undefined): { field?: readonly string[] } {
  const said = [error?.message, error?.description].map((text) => text?.slice(0, readCharacters) ?? '');
  const words = said.join(' ').toLowerCase();
  const found = paths.find(([parameter]) => parameter.test(words));
  return found ? { field: found[1] } : {};
}
