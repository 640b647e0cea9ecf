/** Longer texts are not kept: no word or moment of the API is. */
const longestText = 64;

/**
 * Reads each text once, for what rows say over and over. What is kept is forgotten all at once when it is too much: an
 * upstream that makes up words must not fill our memory, and what is in use is soon back.
 * @param read must depend on nothing but its text.
 * @param most how many texts are kept.
 */
export function remembered<T>(read: (text: string) => T, most: number): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined || known.has(text)) return before as T;
    const value = read(text);
    if (text.length > longestText) return value;
    if (known.size >= most) known.clear();
    known.set(text, value);
    return value;
  };
}
