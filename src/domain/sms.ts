/** How a text is put into bits on its way to a phone. */
export const SmsEncoding = { GSM7: 'GSM7', UCS2: 'UCS2' } as const;
export type SmsEncoding = (typeof SmsEncoding)[keyof typeof SmsEncoding];

/** GSM 03.38, basic character set: one septet each. The escape to the extension table is no character. */
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§' +
    '¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** GSM 03.38, extension table: an escape and a septet each. */
const extension = new Set('\f^{}\\[~]|€');

/** What fits: 140 octets, of which a concatenation header takes 6 from each part of a longer text. */
const capacity = {
  GSM7: { alone: 160, perPart: 153 },
  UCS2: { alone: 70, perPart: 67 },
} as const;

/** GSM 7-bit where every character is in its tables, else UCS-2 for the whole text. */
export function encodingOf(text: string): SmsEncoding {
  for (const character of text)
    if (!basic.has(character) && !extension.has(character)) return SmsEncoding.UCS2;
  return SmsEncoding.GSM7;
}

/**
 * How many parts a text is sent in. Neither an escaped character nor a surrogate pair is torn between two parts.
 * @returns 0 for no text.
 */
export function segmentsOf(text: string): number {
  const encoding = encodingOf(text);
  const { alone, perPart } = capacity[encoding];
  const units = (character: string): number =>
    encoding === SmsEncoding.UCS2 ? character.length : extension.has(character) ? 2 : 1;
  let all = 0;
  let parts = 1;
  let inPart = 0;
  for (const character of text) {
    const more = units(character);
    all += more;
    if (inPart + more > perPart) {
      parts += 1;
      inPart = 0;
    }
    inPart += more;
  }
  if (all === 0) return 0;
  return all <= alone ? 1 : parts;
}

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

/** The different column names behind `@@` in a template, in the order of their first use. */
export function variablesOf(template: string): string[] {
  const names = [...template.matchAll(/@@([\p{L}\p{M}\p{N}_]+)/gu)].map(([, name]) => name ?? '');
  return [...new Set(names)];
}
