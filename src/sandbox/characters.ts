/** How many characters a text has, an emoji counting once. */
export function characterCount(text: string): number {
  return Array.from(text).length;
}
