// One run: header, why it waits, its steps on a time axis, and beside them what is chosen. The chosen step is in the URL, so
// a link shows it.
import type { RunDetailView } from "@everstep/api";
import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { useMemo, useRef, useState, type ReactElement } from "react";
import { Page } from "../../app/page.tsx";
import { useSearchPatch } from "../../app/use-search.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Tabs } from "../../components/tabs.tsx";
import { ApiError } from "../../data/api-client.ts";
import { read } from "../../data/queries.ts";
import { RunMenu } from "./actions/run-menu.tsx";
import { RerunFromStepDialog } from "./actions/rerun-from-step-dialog.tsx";
import { useRunActions } from "./actions/use-run-actions.ts";
import { RunDetail } from "./detail/run-detail.tsx";
import { SpanDetail } from "./detail/span-detail.tsx";
import { LogsTab } from "./logs/logs-tab.tsx";
import { RunFacts, RunHeading } from "./run-header.tsx";
import type { RunSearch } from "./run-search.ts";
import { everyNode, isOpen, type TraceNode } from "../../data/trace-node.ts";
import { OF_THIS_ONLY } from "../../data/of-this-only.ts";
import { useIsNarrow } from "./use-is-narrow.ts";
import { useRunningClock } from "./use-running-clock.ts";
import { useTrace } from "./use-trace.ts";
import { Waterfall } from "./waterfall/waterfall.tsx";
import { WhyWaiting } from "./why-waiting.tsx";
import "./run.css";

export function RunPage(): ReactElement {
  const { runId } = useParams({ from: "/runs/$runId" });
  const isNarrow = useIsNarrow();
  const { data, error, refetch } = useQuery({
    ...read("/runs/{runId}", { params: { runId }, query: {} }),
    ...OF_THIS_ONLY,
  });
  if (error instanceof ApiError && error.status === 404) {
    return (
      <Page title="Run">
        <EmptyState icon="runs" title="There is no run with this id">
          {runId} is not known here. It may belong to another server, or its data was removed.
        </EmptyState>
      </Page>
    );
  }
  if (error !== null) {
    return (
      <Page title="Run">
        <ErrorNotice
          title="The run could not be read"
          error={error}
          onRetry={() => void refetch()}
        />
      </Page>
    );
  }
  if (data === undefined) return <Page title="Run">{undefined}</Page>;
  const run = data.data;
  return (
    <Page
      title={run.function.name}
      heading={<RunHeading run={run} />}
      actions={<RunMenu run={run} />}
      fill={!isNarrow}
    >
      <RunFacts run={run} />
      <WhyWaiting runId={runId} isOpen={run.endedAt === undefined} />
      <Views key={runId} run={run} />
    </Page>
  );
}

function Views({ run }: { run: RunDetailView }): ReactElement {
  const { tab } = useSearch({ from: "/runs/$runId" });
  const patch = useSearchPatch<RunSearch>();
  return (
    <Tabs
      label="Views of the run"
      tabs={[
        { id: "steps", title: "Steps", content: <Steps run={run} /> },
        {
          id: "logs",
          title: "Logs",
          ...(run.logs !== undefined && { count: run.logs.kept }),
          content: <LogsTab run={run} />,
        },
      ]}
      selected={tab ?? "steps"}
      onSelect={(id) => patch({ tab: id === "logs" ? id : undefined })}
    />
  );
}

function Steps({ run }: { run: RunDetailView }): ReactElement {
  const { span: spanId, find: words = "" } = useSearch({ from: "/runs/$runId" });
  const patch = useSearchPatch<RunSearch>();
  // Typed text must not wait for the URL, which only follows it.
  const [find, setFind] = useState(words);
  const { trace, error, retry } = useTrace(run.id);
  const [rerunFrom, setRerunFrom] = useState<TraceNode>();
  const detail = useRef<HTMLDivElement>(null);
  const { rerun } = useRunActions(run.id);
  const live = trace !== undefined && isOpen(trace.root);
  const nowMs = useRunningClock(live, trace?.clockOffsetMs ?? 0);
  const root = trace?.root;
  const node = useMemo(
    () => (root === undefined ? undefined : nodeById(root, spanId)),
    [root, spanId],
  );
  if (error !== null && root === undefined) {
    return <ErrorNotice title="The steps could not be read" error={error} onRetry={retry} />;
  }
  const select = (id: string): void => patch({ span: id === root?.id ? undefined : id });
  const mayRerun = node?.kind === "STEP" && !isOpen(node) && run.endedAt !== undefined;
  return (
    <div className="run__columns">
      {root !== undefined && (
        <Waterfall
          root={root}
          nowMs={nowMs}
          selectedId={spanId ?? root.id}
          find={find}
          onFind={(text) => {
            setFind(text);
            patch({ find: text === "" ? undefined : text });
          }}
          onSelect={(id) => {
            select(id);
            showOnNarrowPage(detail.current);
          }}
        />
      )}
      <div className="run__detail" ref={detail}>
        {node === undefined || node.kind === "RUN" ? (
          <RunDetail run={run} />
        ) : (
          <SpanDetail
            runId={run.id}
            node={node}
            logStepId={run.logs === undefined ? undefined : stepIdOf(root, node)}
            onSelect={select}
            onRerunFrom={mayRerun ? () => setRerunFrom(node) : undefined}
          />
        )}
      </div>
      {rerunFrom !== undefined && (
        <RerunFromStepDialog
          runId={run.id}
          node={rerunFrom}
          onClose={() => setRerunFrom(undefined)}
          onRerun={(fromStep) => {
            setRerunFrom(undefined);
            rerun(fromStep);
          }}
        />
      )}
    </div>
  );
}

function nodeById(root: TraceNode, id: string | undefined): TraceNode | undefined {
  if (id === undefined) return root;
  for (const node of everyNode(root)) if (node.id === id) return node;
  return undefined;
}

/** An attempt belongs to the step that it is listed under. */
function stepIdOf(root: TraceNode | undefined, node: TraceNode): string | undefined {
  if (node.kind === "STEP" || root === undefined) return node.stepId;
  for (const each of everyNode(root)) if (each.children.includes(node)) return each.stepId;
  return undefined;
}

/** Where the detail stands below the steps, choosing one would otherwise change nothing that is seen. */
function showOnNarrowPage(detail: HTMLElement | null): void {
  if (detail === null || detail.offsetTop < 400) return;
  requestAnimationFrame(() => detail.scrollIntoView({ block: "nearest", behavior: "smooth" }));
}
