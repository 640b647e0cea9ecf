import { useEffect, useEffectEvent, useRef } from 'react';
import type { Problem } from '../gateway/problem';
import { ProblemState } from './problem-state';

interface LoadMoreProps {
  readonly isLoading: boolean;
  readonly problem: Problem | undefined;
  readonly onMore: () => void;
}

/** The end of a list that has more rows: reads them once it is on the screen. By keyboard it is a button. */
export function LoadMore({ isLoading, problem, onMore }: LoadMoreProps) {
  const end = useRef<HTMLDivElement>(null);
  const load = useEffectEvent(onMore);
  const isIdle = !isLoading && problem === undefined;
  useEffect(() => {
    if (!isIdle || !end.current) return;
    // A new observer after each page: it reports where the end is now, not where it was before the rows came.
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) load();
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [isIdle]);
  return (
    <div ref={end} className="load-more">
      {problem ? (
        <ProblemState problem={problem} onRetry={onMore} />
      ) : (
        <button type="button" disabled={isLoading} onClick={onMore}>
          {isLoading ? 'Loading more…' : 'Load more'}
        </button>
      )}
    </div>
  );
}
