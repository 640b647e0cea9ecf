import { useEffect, useRef, useSyncExternalStore } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Point } from './progress-chart';

const height = 180;
const scheme = matchMedia('(prefers-color-scheme: dark)');

function onScheme(changed: () => void): () => void {
  scheme.addEventListener('change', changed);
  return () => scheme.removeEventListener('change', changed);
}

function dataOf(points: readonly Point[]): UPlot.AlignedData {
  return [points.map(({ at }) => at / 1_000), points.map(({ progress }) => progress * 100)];
}

function optionsFor(element: HTMLElement): UPlot.Options {
  // A canvas knows no CSS: the colours are read from the page.
  const style = getComputedStyle(element);
  const axis = { stroke: style.color, grid: { stroke: style.borderColor, width: 1 } };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: [0, 100] } },
    axes: [axis, { ...axis, values: (_plot, splits) => splits.map((split) => `${split}%`) }],
    series: [{}, { stroke: style.accentColor, width: 2, points: { show: false } }],
  };
}

/** Percentages over time, drawn by uPlot. Its text is the caption of the figure around it. */
export function LineChart({ points }: { points: readonly Point[] }) {
  const container = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot>(null);
  const newest = useRef(points);
  const isDark = useSyncExternalStore(onScheme, () => scheme.matches);

  useEffect(() => {
    newest.current = points;
    chart.current?.setData(dataOf(points));
  }, [points]);

  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const plot = new UPlot(optionsFor(element), dataOf(newest.current), element);
    chart.current = plot;
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [isDark]);

  return <div ref={container} className="chart" aria-hidden="true" />;
}
