// Whether the outputs of steps that both runs have are equal. Read step by step and only for so many: what is beyond is
// compared when somebody opens the step.
import { useQueries } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { read } from "../../data/queries.ts";
import type { TraceNode } from "../../data/trace-node.ts";
import type { OutputsEqual } from "./diff-steps.ts";

const STEPS_MAX = 60;

export interface Sides {
  readonly left: string;
  readonly right: string;
}

export function useOutputs(
  left: TraceNode | undefined,
  right: TraceNode | undefined,
  runIds: Sides,
): { readonly areEqual: OutputsEqual; readonly compared: number; readonly isPartial: boolean } {
  const pairs = useMemo(() => pairsOf(left, right), [left, right]);
  const compared = pairs.slice(0, STEPS_MAX);
  const spanIds = compared.flatMap((pair) => [
    { runId: runIds.left, spanId: pair.left.id },
    { runId: runIds.right, spanId: pair.right.id },
  ]);
  const texts = useQueries({
    queries: spanIds.map((params) => ({
      ...read("/runs/{runId}/spans/{spanId}", { params }),
      staleTime: Infinity,
    })),
    // As text, so that the list of them is the same until something of it is not.
    combine: (results) =>
      JSON.stringify(
        results.map(({ data }) => data && [data.data.output, data.data.error?.message]),
      ),
  });
  const areEqual: OutputsEqual = useCallback(
    (row) => {
      const at = compared.findIndex((pair) => pair.left === row.left);
      const outputs = JSON.parse(texts) as readonly unknown[];
      const [one, other] = [outputs[at * 2], outputs[at * 2 + 1]];
      if (at < 0 || one == null || other == null) return undefined;
      return JSON.stringify(one) === JSON.stringify(other);
    },
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `compared` is cut out of `pairs`.
    [pairs, texts],
  );
  return { areEqual, compared: compared.length, isPartial: pairs.length > compared.length };
}

interface Pair {
  readonly left: TraceNode;
  readonly right: TraceNode;
}

function pairsOf(left: TraceNode | undefined, right: TraceNode | undefined): readonly Pair[] {
  const others = new Map((right?.children ?? []).map((step) => [step.stepId ?? step.id, step]));
  return (left?.children ?? []).flatMap((step): readonly Pair[] => {
    const other = others.get(step.stepId ?? step.id);
    return other?.hasOutput === true && step.hasOutput ? [{ left: step, right: other }] : [];
  });
}
