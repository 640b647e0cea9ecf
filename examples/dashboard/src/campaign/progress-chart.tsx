import { lazy, Suspense, useState } from 'react';
import { duration } from '../ui/time';

// A chunk of its own: the list does not need uPlot.
const LineChart = lazy(async () => ({ default: (await import('./line-chart')).LineChart }));

/** A reading of the progress. */
export interface Point {
  /** Epoch milliseconds. */
  readonly at: number;
  /** From 0 to 1. */
  readonly progress: number;
}

interface ProgressChartProps {
  readonly fetchedAt: string;
  readonly progress: number;
}

/** Progress since the page was opened: a point for each time that the gateway has read the campaign. */
export function ProgressChart({ fetchedAt, progress }: ProgressChartProps) {
  const [points, setPoints] = useState<readonly Point[]>([]);
  const at = Date.parse(fetchedAt);
  const last = points.at(-1);
  if (last === undefined || at > last.at) setPoints([...points, { at, progress }]);

  const [first] = points;
  if (first === undefined || last === undefined || points.length < 2)
    return <p className="quiet">The line begins with the next change.</p>;
  const percent = (share: number): string => `${Math.floor(share * 100)}%`;
  return (
    <figure data-points={points.length}>
      <Suspense fallback={<div className="chart" />}>
        <LineChart points={points} />
      </Suspense>
      <figcaption>
        From {percent(first.progress)} to {percent(last.progress)} in {duration(last.at - first.at)}
      </figcaption>
    </figure>
  );
}
