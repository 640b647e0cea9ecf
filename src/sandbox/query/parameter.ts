/** A query parameter; one that is empty counts as left out. */
export function parameter(query: URLSearchParams, name: string): string | undefined {
  const value = query.get(name)?.trim();
  return value === '' ? undefined : value;
}
