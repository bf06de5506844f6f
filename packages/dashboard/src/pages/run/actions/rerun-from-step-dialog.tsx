// Runs again from one step: the steps before it keep what they gave, this one and all after it are done again, with other
// input if somebody wants that.
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Button } from "../../../components/button.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { visibleText } from "../../../components/json-lines.ts";
import { read } from "../../../data/queries.ts";
import type { TraceNode } from "../../../data/trace-node.ts";
import { OF_THIS_ONLY } from "../../../data/of-this-only.ts";
import { parseArguments } from "./edited-json.ts";
import { JsonField } from "./json-field.tsx";

export interface FromStep {
  readonly stepId: string;
  readonly input?: unknown[];
}

export interface RerunFromStepProps {
  runId: string;
  node: TraceNode;
  onClose: () => void;
  onRerun: (fromStep: FromStep) => void;
}

export function RerunFromStepDialog(props: RerunFromStepProps): ReactElement {
  const { runId, node, onClose, onRerun } = props;
  const { data } = useQuery({
    ...read("/runs/{runId}/spans/{spanId}", { params: { runId, spanId: node.id } }),
    ...OF_THIS_ONLY,
  });
  const recorded = data?.data.input;
  const original = JSON.stringify(Array.isArray(recorded) ? recorded : [], undefined, 2);
  const [edited, setEdited] = useState<string>();
  const text = edited ?? original;
  const parsed = parseArguments(text);
  const rerun = (): void => {
    if (!parsed.ok) return;
    const stepId = node.stepId ?? node.name;
    // Without a change the step computes its input itself, as it did the first time.
    const isChanged = edited !== undefined && edited !== original;
    onRerun(isChanged ? { stepId, input: parsed.value as unknown[] } : { stepId });
  };
  return (
    <Dialog
      title={`Rerun from “${visibleText(node.name)}”`}
      size="wide"
      open
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="primary" icon="repeat" disabled={!parsed.ok} onClick={rerun}>
            Rerun from here
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>
          A new run begins with what the steps before this one gave. This step and all after it are
          done again.
        </p>
        <JsonField
          label={
            recorded === undefined
              ? "Its input was not recorded. Arguments given here, as a list, replace those that the function computes."
              : "Input of the step, as a list of its arguments. Leave it as it is to let the function compute it."
          }
          rows={8}
          text={text}
          onText={setEdited}
          error={parsed.ok ? undefined : parsed.error}
        />
      </div>
    </Dialog>
  );
}
