import { type WindowFetch } from './list-reader.js';

/** Whatever window is asked for twice within one request is read once, and is the same both times. */
export function oncePerRequest<T>(
  asked: Map<string, unknown>,
  list: string,
  fetch: WindowFetch<T>,
): WindowFetch<T> {
  return (slice, newerThan) => {
    const key = `${list} ${slice.offset}+${slice.limit} ${newerThan ?? ''}`;
    const reading = (asked.get(key) as ReturnType<WindowFetch<T>> | undefined) ?? fetch(slice, newerThan);
    asked.set(key, reading);
    return reading;
  };
}
