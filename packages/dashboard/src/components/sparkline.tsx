// A row of small stacked bars: what happened per bucket of time, good below bad. For lists; a chart with axes is chart.tsx.
import type { ReactElement } from "react";
import "./sparkline.css";

export interface SparkBucket {
  good: number;
  bad: number;
  /** Neither: cancelled, skipped, still running. */
  other: number;
}

const HEIGHT = 22;
const WIDTH = 124;
const BAR_MAX = 10;

/** `label` says in words what is drawn, for screen readers and on hover. */
export function Sparkline(props: { buckets: readonly SparkBucket[]; label: string }): ReactElement {
  const { buckets, label } = props;
  const highest = Math.max(1, ...buckets.map((each) => each.good + each.bad + each.other));
  const step = WIDTH / Math.max(1, buckets.length);
  const barWidth = Math.min(BAR_MAX, step * 0.8);
  const bars = buckets.map((bucket, index) => ({ x: index * step, bucket }));
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {bars.map(({ x, bucket }) => (
        <Bar key={x} bucket={bucket} x={x} width={barWidth} scale={(HEIGHT - 2) / highest} />
      ))}
    </svg>
  );
}

function Bar(props: {
  bucket: SparkBucket;
  x: number;
  width: number;
  scale: number;
}): ReactElement {
  const { bucket, x, width, scale } = props;
  const parts = [
    ["good", bucket.good * scale],
    ["other", bucket.other * scale],
    // One failure among thousands stays a visible pixel.
    ["bad", bucket.bad === 0 ? 0 : Math.max(1.5, bucket.bad * scale)],
  ] as const;
  let y = HEIGHT;
  return (
    <>
      <rect className="sparkline__floor" x={x} y={HEIGHT - 1} width={width} height={1} />
      {parts.map(([kind, height]) => {
        if (height === 0) return undefined;
        y -= height;
        return (
          <rect
            key={kind}
            className={`sparkline__${kind}`}
            x={x}
            y={Math.max(0, y)}
            width={width}
            height={height}
          />
        );
      })}
    </>
  );
}
