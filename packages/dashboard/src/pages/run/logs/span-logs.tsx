// What was logged in the chosen step, or in the chosen attempt of it.
import type { ReactElement } from "react";
import { ErrorNotice } from "../../../components/error-notice.tsx";
import { isOpen, type TraceNode } from "../../../data/trace-node.ts";
import { LogLines } from "./log-lines.tsx";
import { useRunLogs } from "./use-run-logs.ts";

export interface SpanLogsProps {
  runId: string;
  stepId: string;
  node: TraceNode;
}

export function SpanLogs({ runId, stepId, node }: SpanLogsProps): ReactElement | undefined {
  const { lines, error, retry, readOn } = useRunLogs(runId, { stepId });
  if (error !== null && lines === undefined) {
    return <ErrorNotice title="The logs could not be read" error={error} onRetry={retry} />;
  }
  const { attempt } = node;
  const own = attempt === undefined ? lines : lines?.filter((line) => line.attempt === attempt);
  if (own === undefined || own.length === 0) return undefined;
  const isRepeated = own.some((line) => line.attempt !== own[0]?.attempt);
  return (
    <div className="detail__part">
      <h2>Logs</h2>
      <LogLines
        lines={own}
        label="Logs of the step"
        maxHeight={320}
        isLive={isOpen(node)}
        onEnd={readOn}
        {...(isRepeated && { aside: (line) => `attempt ${line.attempt + 1}` })}
      />
    </div>
  );
}
