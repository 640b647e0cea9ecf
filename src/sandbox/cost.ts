const RATE = 0.165;
const ASCII_ONLY = /^\p{ASCII}*$/u;

/** How many SMS a text takes: 160 characters or 153 each, 70 or 67 when it is not plain text. */
function parts(text: string): number {
  const [single, each] = ASCII_ONLY.test(text) ? [160, 153] : [70, 67];
  return text.length <= single ? 1 : Math.ceil(text.length / each);
}

/**
 * The `estimated_cost` of a campaign. The rate is read off the document's samples: 0.17 for one short message,
 * 0.33 for two, 0.66 for two of double length.
 */
export function estimatedCost(template: string, audience: number): number {
  return Math.round(RATE * parts(template) * audience * 100) / 100;
}
