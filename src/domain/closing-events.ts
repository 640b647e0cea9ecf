/**
 * The same events, and a call when they are over.
 * @param onClosed called once: when the events have ended, or their consumer has returned.
 */
export function closingEvents<Event>(
  source: AsyncIterableIterator<Event>,
  onClosed: () => void,
): AsyncIterableIterator<Event> {
  let isClosed = false;
  const close = (): void => {
    if (!isClosed) onClosed();
    isClosed = true;
  };
  const events: AsyncIterableIterator<Event> = {
    next: async () => {
      const result = await source.next();
      if (result.done) close();
      return result;
    },
    return: async () => {
      close();
      return source.return ? source.return() : { done: true, value: undefined };
    },
    throw: async (error: unknown) => {
      close();
      if (source.throw) return source.throw(error);
      throw error;
    },
    [Symbol.asyncIterator]: () => events,
  };
  return events;
}
