// Two runs side by side: what is different of their heads, their steps, and of each step's output. Steps that are the same
// can be left out.
import type { RunDetailView } from "@everstep/api";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useMemo, useState, type ReactElement, type ReactNode } from "react";
import { Page } from "../../app/page.tsx";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { StatusBadge } from "../../components/status-badge.tsx";
import { Time } from "../../components/time.tsx";
import { countText } from "../../data/number-text.ts";
import { OF_THIS_ONLY } from "../../data/of-this-only.ts";
import { read } from "../../data/queries.ts";
import { durationText } from "../../data/time-text.ts";
import { toTraceNode } from "../../data/trace-node.ts";
import { diffSteps } from "./diff-steps.ts";
import { LineDiff } from "./line-diff.tsx";
import { StepDiffRows } from "./step-diff-rows.tsx";
import { useOutputs } from "./use-outputs.ts";
import "./compare.css";

export function ComparePage(): ReactElement {
  const { runId, otherId } = useParams({ from: "/runs/$runId/compare/$otherId" });
  const [onlyDifferent, setOnlyDifferent] = useState(true);
  const left = useSide(runId);
  const right = useSide(otherId);
  const error = left.error ?? right.error;
  const outputs = useOutputs(left.root, right.root, { left: runId, right: otherId });
  const rows = useMemo(
    () =>
      left.root === undefined || right.root === undefined
        ? []
        : diffSteps(left.root, right.root, outputs.areEqual),
    [left.root, right.root, outputs.areEqual],
  );
  const shown = onlyDifferent ? rows.filter(({ kind }) => kind !== "same") : rows;
  const same = rows.length - rows.filter(({ kind }) => kind !== "same").length;
  return (
    <Page
      title="Compare runs"
      note={`${countText(rows.length)} steps, ${countText(same)} the same`}
      actions={
        <Button aria-pressed={onlyDifferent} onClick={() => setOnlyDifferent(!onlyDifferent)}>
          {onlyDifferent ? "Show the same steps, too" : "Show only what differs"}
        </Button>
      }
    >
      {error !== null && <ErrorNotice title="The runs could not be read" error={error} />}
      {left.run !== undefined && right.run !== undefined && (
        <>
          <div className="compare__heads">
            <Head run={left.run} side="Left" />
            <Head run={right.run} side="Right" />
          </div>
          <StepDiffRows
            rows={shown}
            runIds={{ left: runId, right: otherId }}
            note={rows.length > 0 && shown.length === 0 ? "Every step is the same." : undefined}
          />
          {outputs.isPartial && (
            <p className="muted">
              Outputs of the first {countText(outputs.compared)} steps are compared; open a step to
              see those of others.
            </p>
          )}
          <Results left={left.run} right={right.run} />
        </>
      )}
    </Page>
  );
}

function useSide(runId: string) {
  const run = useQuery({
    ...read("/runs/{runId}", { params: { runId }, query: {} }),
    ...OF_THIS_ONLY,
  });
  const trace = useQuery({
    ...read("/runs/{runId}/trace", { params: { runId } }),
    ...OF_THIS_ONLY,
  });
  const span = trace.data?.data.rootSpan;
  const root = useMemo(() => (span === undefined ? undefined : toTraceNode(span)), [span]);
  return { run: run.data?.data, root, error: run.error ?? trace.error };
}

function Head({ run, side }: { run: RunDetailView; side: string }): ReactElement {
  return (
    <section className="compare__head" aria-label={`${side} run`}>
      <p className="row row--wrap">
        <strong>{visibleText(run.function.name)}</strong>
        <StatusBadge status={run.status} />
      </p>
      <p className="row row--wrap muted">
        <Link to="/runs/$runId" params={{ runId: run.id }} className="mono">
          {run.id}
        </Link>
        <Time at={run.queuedAt} />
        <Took run={run} />
      </p>
    </section>
  );
}

function Took({ run }: { run: RunDetailView }): ReactNode {
  return run.durationMs === undefined ? "" : <span>took {durationText(run.durationMs)}</span>;
}

function Results({ left, right }: { left: RunDetailView; right: RunDetailView }): ReactElement {
  return (
    <section className="compare__results" aria-label="Results">
      <h2>Result</h2>
      <LineDiff left={resultOf(left)} right={resultOf(right)} />
    </section>
  );
}

/** Without the stack: paths and lines differ from machine to machine. */
function resultOf({ error, output, status }: RunDetailView): unknown {
  if (error !== undefined) return { error: { name: error.name, message: error.message } };
  return output === undefined ? { status } : output;
}
