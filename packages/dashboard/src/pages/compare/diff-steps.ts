// Two traces step by step: which steps are in both runs, which in one only, and what is different about those in both. Pure.
// Steps are the same when their ids are (the hash that SDKs send), so that reordered steps still meet.
import type { TraceNode } from "../../data/trace-node.ts";

export type StepDifference = "status" | "attempts" | "output" | "name" | "order";

export interface DiffRow {
  readonly id: string;
  readonly name: string;
  readonly left?: TraceNode | undefined;
  readonly right?: TraceNode | undefined;
  readonly kind: "same" | "changed" | "only_left" | "only_right";
  readonly differences: readonly StepDifference[];
}

/** What is known of outputs: whether those of a step are equal; undefined while nobody has read them. */
export type OutputsEqual = (row: Pick<DiffRow, "left" | "right">) => boolean | undefined;

/** Rows in the order of the left run; steps of the right run only stand after the step that they follow there. */
export function diffSteps(
  left: TraceNode,
  right: TraceNode,
  outputsEqual: OutputsEqual = () => undefined,
): readonly DiffRow[] {
  const rights = new Map(stepsOf(right).map((step) => [keyOf(step), step]));
  const lefts = new Set(stepsOf(left).map(keyOf));
  const followers = followersOf(stepsOf(right), lefts);
  const moved = movedKeys(stepsOf(left), stepsOf(right));
  const rows: DiffRow[] = (followers.get(undefined) ?? []).map(onlyRight);
  for (const step of stepsOf(left)) {
    const key = keyOf(step);
    const other = rights.get(key);
    rows.push(
      other === undefined
        ? { id: key, name: step.name, left: step, kind: "only_left", differences: [] }
        : inBoth(step, other, { moved: moved.has(key), outputsEqual }),
    );
    rows.push(...(followers.get(key) ?? []).map(onlyRight));
  }
  return rows;
}

function stepsOf(root: TraceNode): readonly TraceNode[] {
  return root.children.filter((child) => child.kind === "STEP");
}

function keyOf(step: TraceNode): string {
  return step.stepId ?? step.id;
}

function onlyRight(step: TraceNode): DiffRow {
  return { id: keyOf(step), name: step.name, right: step, kind: "only_right", differences: [] };
}

/** Steps of the right run alone, by the last step before them that both runs have. */
function followersOf(
  rights: readonly TraceNode[],
  lefts: ReadonlySet<string>,
): Map<string | undefined, TraceNode[]> {
  const followers = new Map<string | undefined, TraceNode[]>();
  let before: string | undefined;
  for (const step of rights) {
    if (lefts.has(keyOf(step))) before = keyOf(step);
    else followers.set(before, [...(followers.get(before) ?? []), step]);
  }
  return followers;
}

/** Steps that come after another step on one side and before it on the other: what breaks the ascending order. */
function movedKeys(lefts: readonly TraceNode[], rights: readonly TraceNode[]): ReadonlySet<string> {
  const places = new Map(rights.map((step, index) => [keyOf(step), index]));
  const moved = new Set<string>();
  let furthest = -1;
  for (const step of lefts) {
    const place = places.get(keyOf(step));
    if (place === undefined) continue;
    if (place < furthest) moved.add(keyOf(step));
    furthest = Math.max(furthest, place);
  }
  return moved;
}

function inBoth(
  left: TraceNode,
  right: TraceNode,
  known: { readonly moved: boolean; readonly outputsEqual: OutputsEqual },
): DiffRow {
  const differences: StepDifference[] = [];
  if (left.status !== right.status) differences.push("status");
  if ((left.attempts ?? 1) !== (right.attempts ?? 1)) differences.push("attempts");
  if (left.name !== right.name) differences.push("name");
  if (known.moved) differences.push("order");
  if (known.outputsEqual({ left, right }) === false) differences.push("output");
  const kind = differences.length === 0 ? "same" : "changed";
  return { id: keyOf(left), name: left.name, left, right, kind, differences };
}
