import { useEffect, useEffectEvent, useState } from 'react';
import type { Problem } from '../gateway/problem';
import { useNow } from './use-now';

interface ProblemStateProps {
  readonly problem: Problem;
  /** Reads again; without it there is nothing to try. */
  readonly onRetry?: () => void;
}

/** What is shown in place of what could not be read. */
export function ProblemState({ problem, onRetry }: ProblemStateProps) {
  const { code, title, advice, retryAfter } = problem;
  return (
    <div className="state" role="alert" data-code={code}>
      <p className="state-title">{title}</p>
      <p>{advice}</p>
      {onRetry && retryAfter !== undefined && <Countdown seconds={retryAfter} onEnd={onRetry} />}
      {onRetry && retryAfter === undefined && code !== 'FORBIDDEN' && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Waits as long as the gateway said, then tries again by itself. */
function Countdown({ seconds, onEnd }: { seconds: number; onEnd: () => void }) {
  const [end] = useState(() => Date.now() + seconds * 1_000);
  const left = Math.ceil((end - useNow()) / 1_000);
  const onTimeUp = useEffectEvent(onEnd);
  const isOver = left <= 0;
  useEffect(() => {
    if (isOver) onTimeUp();
  }, [isOver]);
  return <p aria-live="off">Next try in {Math.max(0, left)} s</p>;
}
