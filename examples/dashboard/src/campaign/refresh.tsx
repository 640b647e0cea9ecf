import { useState } from 'react';
import { type Problem, problemOf } from '../gateway/problem';

/** Reads again at once. It costs an upstream call, so it is a button and no timer. */
export function Refresh({ onRefresh }: { onRefresh: () => Promise<void> }) {
  const [isReading, setReading] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const refresh = (): void => {
    setReading(true);
    setProblem(undefined);
    onRefresh()
      .catch((error: unknown) => setProblem(problemOf(error)))
      .finally(() => setReading(false));
  };
  return (
    <>
      <button type="button" disabled={isReading} onClick={refresh}>
        {isReading ? 'Reading…' : 'Refresh'}
      </button>
      {problem && (
        <span className="error" role="alert">
          {problem.title}
        </span>
      )}
    </>
  );
}
