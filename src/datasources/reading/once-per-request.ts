import { type WindowFetch } from './list-reader.js';

/** Whatever window is asked for twice within one request is read once, and is the same both times. */
export function oncePerRequest<T>(
  asked: Map<string, unknown>,
  list: string,
  fetch: WindowFetch<T>,
): WindowFetch<T> {
  return (slice, reread) => {
    const key = `${list} ${slice.offset}+${slice.limit} ${reread ?? 0}`;
    const reading = (asked.get(key) as ReturnType<WindowFetch<T>> | undefined) ?? fetch(slice, reread);
    asked.set(key, reading);
    return reading;
  };
}
