/** Character encoding of an SMS. */
export const SmsEncoding = { GSM7: 'GSM7', UCS2: 'UCS2' } as const;
export type SmsEncoding = (typeof SmsEncoding)[keyof typeof SmsEncoding];

/** GSM 03.38, basic character set: one septet for each character. */
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§' +
    '¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** GSM 03.38, extension table: two septets for each character. */
const extension = new Set('\f^{}\\[~]|€');

/** Characters that fit into the 140 octets of an SMS; parts of a longer text lose 6 octets to a header. */
const capacity = {
  GSM7: { alone: 160, perPart: 153 },
  UCS2: { alone: 70, perPart: 67 },
} as const;

/** Encoding of a text: GSM 7-bit if its tables have every character, else UCS-2. */
export function encodingOf(text: string): SmsEncoding {
  for (const character of text)
    if (!basic.has(character) && !extension.has(character)) return SmsEncoding.UCS2;
  return SmsEncoding.GSM7;
}

/**
 * Number of SMS parts of a text. Escaped characters and surrogate pairs are never split between two parts.
 * @returns 0 for an empty text.
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
/** UTF-16 units of a template that are examined: a character has at most two. */
const examinedLength = 2 * maximumTemplateLength;
/** "You can replace up to 5 variables": API document, `template`. */
export const maximumVariables = 5;

/** The part of a template that is examined. A longer template is refused, so the rest needs no work. */
export function examinedPart(template: string): string {
  return template.length > examinedLength ? template.slice(0, examinedLength) : template;
}

/** Column names after `@@` in a template: each once, in order of first use. */
export function variablesOf(template: string): string[] {
  const names = [...template.matchAll(/@@([\p{L}\p{M}\p{N}_]+)/gu)].map(([, name]) => name ?? '');
  return [...new Set(names)];
}
