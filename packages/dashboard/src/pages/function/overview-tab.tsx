// How a function does: outcomes, durations and queue delay over time, and what waits now.
import type { FunctionDetail, FunctionMetrics } from "@everstep/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, type ReactElement } from "react";
import { Section } from "../../app/page.tsx";
import { Chart, type Series } from "../../components/chart.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import { SpanSelect } from "../../components/span-select.tsx";
import { Time } from "../../components/time.tsx";
import { compactCount, countText, percentText } from "../../data/number-text.ts";
import { read } from "../../data/queries.ts";
import { durationText } from "../../data/time-text.ts";
import { useSpanStart, type SpanName } from "../../data/time-span.ts";
import { BacklogSection } from "./backlog-section.tsx";

export interface OverviewTabProps {
  fn: FunctionDetail;
  since: SpanName | undefined;
  onSince: (since: SpanName) => void;
}

export function OverviewTab({ fn, since, onSince }: OverviewTabProps): ReactElement {
  const from = useSpanStart(since);
  const { data, error, refetch } = useQuery(
    read("/functions/{functionId}/metrics", {
      params: { functionId: fn.id },
      query: { from, buckets: 60 },
    }),
  );
  return (
    <div className="overview">
      <div className="overview__facts row row--wrap">
        <SpanSelect value={since} onChange={onSince} />
      </div>
      <Facts fn={fn} />
      {error !== null && (
        <ErrorNotice
          title="The charts could not be loaded"
          error={error}
          onRetry={() => void refetch()}
        />
      )}
      {data !== undefined && <Charts metrics={data.data} />}
      {data !== undefined && <BacklogSection fn={fn} backlog={data.data.backlog} />}
    </div>
  );
}

function Facts({ fn: { stats } }: { fn: FunctionDetail }): ReactElement | undefined {
  if (stats === undefined) return undefined;
  const { successRate, p50Ms, p95Ms, lastFailure } = stats;
  return (
    <div className="overview__facts section">
      <KeyValue
        inline
        items={[
          ["Runs ended", countText(stats.ended)],
          ["Active now", countText(stats.active)],
          ["Success", successRate === undefined ? "–" : percentText(successRate)],
          ["Failed", countText(stats.failed)],
          ["p50", p50Ms === undefined ? "–" : durationText(p50Ms)],
          ["p95", p95Ms === undefined ? "–" : durationText(p95Ms)],
          [
            "Last failure",
            lastFailure === undefined ? (
              "None"
            ) : (
              <Link key="failure" to="/runs/$runId" params={{ runId: lastFailure.runId }}>
                <Time at={lastFailure.at} />
              </Link>
            ),
          ],
        ]}
      />
    </div>
  );
}

function Charts({ metrics }: { metrics: FunctionMetrics }): ReactElement {
  const { timesMs, outcomes, durations, delays } = useMemo(() => seriesOf(metrics), [metrics]);
  return (
    <>
      <Section title="Outcomes">
        <Chart
          label="Runs that completed, failed or were cancelled, over time"
          kind="stack"
          timesMs={timesMs}
          series={outcomes}
          format={compactCount}
        />
      </Section>
      <Section title="Duration">
        <Chart
          label="Duration of runs over time, median and 95th percentile"
          kind="lines"
          timesMs={timesMs}
          series={durations}
          format={durationText}
        />
      </Section>
      <Section title="Queue delay">
        <Chart
          label="Time from queued to started, median and 95th percentile"
          kind="lines"
          timesMs={timesMs}
          series={delays}
          format={durationText}
        />
      </Section>
    </>
  );
}

function seriesOf({ buckets }: FunctionMetrics): {
  timesMs: number[];
  outcomes: Series[];
  durations: Series[];
  delays: Series[];
} {
  type Bucket = (typeof buckets)[number];
  const series = (name: string, color: string, pick: (bucket: Bucket) => number | undefined) => ({
    name,
    color,
    values: buckets.map(pick),
  });
  return {
    timesMs: buckets.map(({ at }) => Date.parse(at)),
    outcomes: [
      series("Completed", "chart-good", ({ completed }) => completed),
      series("Cancelled", "chart-calm", ({ cancelled }) => cancelled),
      series("Failed", "chart-bad", ({ failed }) => failed),
    ],
    durations: [
      series("p50", "chart-line", ({ p50Ms }) => p50Ms),
      series("p95", "chart-line-2", ({ p95Ms }) => p95Ms),
    ],
    delays: [
      series("p50", "chart-line", ({ queueP50Ms }) => queueP50Ms),
      series("p95", "chart-line-2", ({ queueP95Ms }) => queueP95Ms),
    ],
  };
}
