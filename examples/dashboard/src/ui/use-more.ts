import { useState } from 'react';
import { type Problem, problemOf } from '../gateway/problem';

/** The next page of a list: whether it is being read, and why it could not be. */
export function useMore(fetchNext: () => Promise<{ data?: unknown; error?: unknown }>) {
  const [isLoading, setLoading] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const onMore = (): void => {
    setLoading(true);
    setProblem(undefined);
    fetchNext()
      .then(({ data, error }) => {
        if (data == null && error) setProblem(problemOf(error));
      })
      .catch((error: unknown) => setProblem(problemOf(error)))
      .finally(() => setLoading(false));
  };
  return { isLoading, problem, onMore };
}
