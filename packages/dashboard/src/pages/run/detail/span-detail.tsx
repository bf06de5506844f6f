// Beside the waterfall: what is known of the chosen step or attempt. Its payloads are read when it is chosen, so that a run
// of ten thousand steps stays a small answer.
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Button } from "../../../components/button.tsx";
import { ErrorNotice } from "../../../components/error-notice.tsx";
import { JsonView } from "../../../components/json-view.tsx";
import { visibleText } from "../../../components/json-lines.ts";
import { KeyValue } from "../../../components/key-value.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { read } from "../../../data/queries.ts";
import type { TraceNode } from "../../../data/trace-node.ts";
import { OF_THIS_ONLY } from "../../../data/of-this-only.ts";
import { SpanLogs } from "../logs/span-logs.tsx";
import { AttemptList } from "./attempt-list.tsx";
import { RunError } from "./run-error.tsx";
import { spanFacts } from "./span-facts.tsx";

export interface SpanDetailProps {
  runId: string;
  node: TraceNode;
  /** The step whose lines belong to it; absent when there are none. */
  logStepId: string | undefined;
  onSelect: (id: string) => void;
  /** Absent where a rerun cannot begin: attempts, waits, steps that are open. */
  onRerunFrom: (() => void) | undefined;
}

export function SpanDetail(props: SpanDetailProps): ReactElement {
  const { runId, node, logStepId, onSelect, onRerunFrom } = props;
  return (
    <section className="detail" aria-label="Chosen step">
      <header className="detail__head">
        <h2 className="detail__title">{visibleText(node.name)}</h2>
        <StatusBadge status={node.status} />
        {onRerunFrom !== undefined && (
          <Button icon="repeat" onClick={onRerunFrom} className="detail__action">
            Rerun from here…
          </Button>
        )}
      </header>
      <KeyValue items={spanFacts(node)} />
      <AttemptList node={node} onSelect={onSelect} />
      <Payloads runId={runId} node={node} />
      {logStepId !== undefined && <SpanLogs runId={runId} stepId={logStepId} node={node} />}
    </section>
  );
}

function Payloads({ runId, node }: { runId: string; node: TraceNode }): ReactElement | undefined {
  const query = read("/runs/{runId}/spans/{spanId}", { params: { runId, spanId: node.id } });
  const { data, error, refetch } = useQuery({
    ...query,
    enabled: node.hasOutput,
    ...OF_THIS_ONLY,
  });
  if (!node.hasOutput) return undefined;
  if (error !== null) {
    return (
      <ErrorNotice
        title="The step could not be read"
        error={error}
        onRetry={() => void refetch()}
      />
    );
  }
  if (data === undefined) return <div className="detail__space" />;
  const { input, output, error: failure } = data.data;
  return (
    <>
      {failure !== undefined && <RunError error={failure} />}
      {output !== undefined && <Payload title="Output" value={output} />}
      {input !== undefined && <Payload title="Input" value={input} />}
    </>
  );
}

export function Payload({ title, value }: { title: string; value: unknown }): ReactElement {
  return (
    <div className="detail__part">
      <h2>{title}</h2>
      <JsonView value={value} label={title} maxHeight={420} />
    </div>
  );
}
