/** "Body of the Sms (Max 2000 char)": API document, `template`. */
export const maximumTemplateLength = 2000;
/** UTF-16 units of a template that are looked at: characters beyond the basic plane have two. */
const examinedLength = 2 * maximumTemplateLength;
/** "You can replace up to 5 variables": API document, `template`. */
export const maximumVariables = 5;

/** The part of a template that is worth examining: what is longer is refused, and no work is done on the rest. */
export function examinedPart(template: string): string {
  return template.length > examinedLength ? template.slice(0, examinedLength) : template;
}

/** Counts characters as people do for a limit: an emoji outside the basic plane is one, not two. */
export function lengthInCharacters(text: string): number {
  return [...text].length;
}

/** The different column names behind `@@` in a template, in the order of their first use. */
export function variablesOf(template: string): string[] {
  const names = [...template.matchAll(/@@([\p{L}\p{M}\p{N}_]+)/gu)].map(([, name]) => name ?? '');
  return [...new Set(names)];
}
