/**
 * Whether an answer has more characters than allowed. It is measured without being written, and no further than needed: as
 * text it could fill the memory.
 */
export function isLongerThan(answer: object, maximum: number): boolean {
  const pending: unknown[] = [answer];
  let left = maximum;
  while (pending.length > 0 && left >= 0) {
    const value = pending.pop();
    if (typeof value === 'string') left -= value.length;
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value as readonly unknown[]) pending.push(item);
      continue;
    }
    for (const key in value) {
      left -= key.length;
      pending.push((value as Readonly<Record<string, unknown>>)[key]);
    }
  }
  return left < 0;
}
