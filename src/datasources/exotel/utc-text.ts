/**
 * Writes moments as UTC text, as `Date.toISOString` does. Every read names its moment, and those of one second differ in
 * their last three digits.
 * @returns takes epoch milliseconds, from 1970 on.
 */
export function utcTexts(): (ms: number) => string {
  let lastSecond: number | undefined;
  let begin = '';
  return (ms) => {
    const second = Math.floor(ms / 1000);
    if (second !== lastSecond) {
      begin = new Date(second * 1000).toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss.'.length);
      lastSecond = second;
    }
    return `${begin}${String(Math.floor(ms) % 1000).padStart(3, '0')}Z`;
  };
}
