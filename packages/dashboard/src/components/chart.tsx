// A chart over time, drawn by uPlot: bars that stack or lines, colours from the tokens, drawn anew when the theme or the
// width changes. What it shows is also there as text: `label` says it in words.
import { useEffect, useEffectEvent, useRef, useState, type ReactElement } from "react";
import type uPlot from "uplot";
import { axisTimes, legendTime } from "./chart-times.ts";
import { loadUplot } from "./load-uplot.ts";
import "uplot/dist/uPlot.min.css";
import "./chart.css";

export interface Series {
  readonly name: string;
  /** A token without its dashes: "chart-good". */
  readonly color: string;
  /** One per time; undefined where there is nothing. */
  readonly values: readonly (number | undefined)[];
}

export interface ChartProps {
  label: string;
  /** Epoch milliseconds of the buckets' starts, rising. */
  timesMs: readonly number[];
  series: readonly Series[];
  /** `stack`: bars on top of each other, the first lowest. */
  kind: "stack" | "lines";
  /** Writes values on the axis and in the legend. */
  format: (value: number) => string;
  height?: number;
}

/** Kept free before the library is there, so that nothing jumps. */
const LEGEND_HEIGHT = 28;

export function Chart(props: ChartProps): ReactElement {
  const { label, height = 160 } = props;
  const place = useRef<HTMLDivElement>(null);
  const [library, setLibrary] = useState<typeof uPlot>();
  useEffect(() => {
    // Without the library the page has its other parts, and the next chart tries again.
    void loadUplot().then(
      (loaded) => setLibrary(() => loaded),
      () => undefined,
    );
  }, []);
  const plotIn = useEffectEvent((element: HTMLElement, Plot: typeof uPlot) => {
    return new Plot(optionsOf(props, element, Plot.paths), dataOf(props), element);
  });
  useEffect(() => {
    const element = place.current;
    if (element === null || library === undefined) return undefined;
    let plot: uPlot | undefined;
    const draw = (): void => {
      plot?.destroy();
      plot = plotIn(element, library);
    };
    draw();
    const resized = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    const themed = new MutationObserver(draw);
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", draw);
    return () => {
      resized.disconnect();
      themed.disconnect();
      scheme.removeEventListener("change", draw);
      plot?.destroy();
    };
    // What is drawn, beside the height: a change of it draws anew.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [library, height, props.timesMs, props.series, props.kind]);
  return (
    <figure className="chart" aria-label={label} role="img">
      <div ref={place} style={{ minHeight: height + LEGEND_HEIGHT }} />
    </figure>
  );
}

const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => [1, 10, 100, 1e3, 1e4, 1e5].map((by) => step * by))
  .toSorted((a, b) => a - b);

/** A token's value as the canvas understands it: it knows neither variables nor light-dark(). */
function colorOf(token: string, element: Element): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${token})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function dataOf({ timesMs, series, kind }: ChartProps): uPlot.AlignedData {
  const times = timesMs.map((timeMs) => timeMs / 1_000);
  const columns = series.map(({ values }) => values.map((value) => value ?? null));
  if (kind === "lines") return [times, ...columns];
  const sums = times.map(() => 0);
  const stacked = columns.map((column) =>
    column.map((value, index) => (sums[index] = (sums[index] ?? 0) + (value ?? 0))),
  );
  // The tallest bars are drawn first, the lower ones over them.
  return [times, ...stacked.toReversed()];
}

function optionsOf(
  props: ChartProps,
  element: HTMLElement,
  paths: typeof uPlot.paths,
): uPlot.Options {
  const { kind, format, height = 160 } = props;
  const series = kind === "stack" ? props.series.toReversed() : props.series;
  // The last bucket begins where the times end.
  const bucketS = ((props.timesMs[1] ?? 0) - (props.timesMs[0] ?? 0)) / 1_000;
  const text = colorOf("text-muted", element);
  const grid = { stroke: colorOf("border", element), width: 1 };
  return {
    width: element.clientWidth,
    height,
    legend: { live: true },
    cursor: { points: { show: kind === "lines" }, drag: { x: false, y: false } },
    scales: {
      x: { range: (_, min, max) => [min, max + bucketS] },
      y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] },
    },
    axes: [
      {
        stroke: text,
        grid: { show: false },
        ticks: { show: false },
        values: (...[, times, , , stepS]) => axisTimes(times, stepS),
      },
      {
        stroke: text,
        grid,
        ticks: { show: false },
        size: 64,
        space: 34,
        // There is no half of a run.
        ...(kind === "stack" && { incrs: WHOLE_STEPS }),
        values: (_, ticks) => ticks.map(format),
      },
    ],
    series: [
      { label: "Time", value: (_, timeS: number | null) => legendTime(timeS) },
      ...series.map(({ name, color, values }) => ({
        label: name,
        stroke: colorOf(color, element),
        spanGaps: false,
        value: (_: uPlot, __: number, ___: number, index: number | null) => {
          const value = index === null ? undefined : values[index];
          return value === undefined ? "–" : format(value);
        },
        ...(kind === "stack"
          ? {
              fill: colorOf(color, element),
              width: 0,
              points: { show: false },
              ...(paths.bars !== undefined && {
                paths: paths.bars({ size: [0.8, 40], align: 1 }),
              }),
            }
          : { width: 1.5, points: { show: values.length < 60, size: 4 } }),
      })),
    ],
  };
}
