// All that a run's logger wrote, of every step and of the code between them; live while the run goes on.
import type { LogLevelValue, LogLineView, RunDetailView } from "@everstep/api";
import { Link, useSearch } from "@tanstack/react-router";
import { useMemo, type ReactElement } from "react";
import { useSearchPatch } from "../../../app/use-search.ts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { ErrorNotice } from "../../../components/error-notice.tsx";
import { FilterBar, FilterSelect } from "../../../components/filter-bar.tsx";
import { visibleText } from "../../../components/json-lines.ts";
import { countText } from "../../../data/number-text.ts";
import { everyNode, type TraceNode } from "../../../data/trace-node.ts";
import type { RunSearch } from "../run-search.ts";
import { useTrace } from "../use-trace.ts";
import { LogLines } from "./log-lines.tsx";
import { useRunLogs } from "./use-run-logs.ts";

const LEVELS: readonly { readonly value: LogLevelValue; readonly text: string }[] = [
  { value: "DEBUG", text: "Debug" },
  { value: "INFO", text: "Info" },
  { value: "WARN", text: "Warn" },
  { value: "ERROR", text: "Error" },
];

const EXAMPLE = `async ({ event, step, logger }) => {
  logger.info("order received", { orderId: event.data.orderId });
}`;

export function LogsTab({ run }: { run: RunDetailView }): ReactElement {
  const { level } = useSearch({ from: "/runs/$runId" });
  if (run.logs === undefined) {
    return (
      <EmptyState icon="runs" title="Nothing was logged" code={EXAMPLE}>
        What the handler&apos;s <code>logger</code> writes is kept with the run and shown here, for
        apps on the <code>everstep</code> SDK.
      </EmptyState>
    );
  }
  return <Lines run={run} levels={level} dropped={run.logs.dropped} />;
}

function Lines(props: {
  run: RunDetailView;
  levels: LogLevelValue[] | undefined;
  dropped: number;
}): ReactElement {
  const { run, levels, dropped } = props;
  const patch = useSearchPatch<RunSearch>();
  const { lines, error, retry, readOn, hasMore } = useRunLogs(run.id, { levels });
  const steps = useSteps(run.id);
  if (error !== null && lines === undefined) {
    return <ErrorNotice title="The logs could not be read" error={error} onRetry={retry} />;
  }
  const select = (values: readonly string[]): void =>
    patch({ level: values.length === 0 ? undefined : (values as LogLevelValue[]) });
  return (
    <div className="logs">
      <FilterBar onClear={levels === undefined ? undefined : () => select([])}>
        <FilterSelect label="Level" choices={LEVELS} values={levels ?? []} onChange={select} />
        {lines !== undefined && (
          <span className="muted">{amountText(lines.length, hasMore, dropped)}</span>
        )}
      </FilterBar>
      {lines?.length === 0 && <p className="muted">No line of this run has one of these levels.</p>}
      {lines !== undefined && lines.length > 0 && (
        <LogLines
          // Other lines, another list: it begins at its own place.
          key={levels?.join() ?? ""}
          lines={lines}
          label="Logs"
          isLive={run.endedAt === undefined}
          onEnd={readOn}
          aside={(line) => stepOf(run.id, line, steps.get(line.stepId ?? ""))}
        />
      )}
    </div>
  );
}

function amountText(count: number, hasMore: boolean, dropped: number): string {
  const shown = `${countText(count)}${hasMore ? "+" : ""} ${count === 1 ? "line" : "lines"}`;
  return dropped === 0 ? shown : `${shown}; ${countText(dropped)} later ones were not kept`;
}

/** Steps by what lines name them. */
function useSteps(runId: string): ReadonlyMap<string, TraceNode> {
  const { trace } = useTrace(runId);
  return useMemo(() => {
    const steps = new Map<string, TraceNode>();
    if (trace === undefined) return steps;
    for (const node of everyNode(trace.root)) {
      if (node.kind === "STEP" && node.stepId !== undefined) steps.set(node.stepId, node);
    }
    return steps;
  }, [trace]);
}

function stepOf(
  runId: string,
  line: LogLineView,
  node: TraceNode | undefined,
): ReactElement | undefined {
  const isRepeated = line.attempt > 0;
  if (node === undefined && !isRepeated) return undefined;
  return (
    <>
      {node !== undefined && (
        <Link to="/runs/$runId" params={{ runId }} search={{ span: node.id }}>
          {visibleText(node.name)}
        </Link>
      )}
      {isRepeated && <span>attempt {line.attempt + 1}</span>}
    </>
  );
}
