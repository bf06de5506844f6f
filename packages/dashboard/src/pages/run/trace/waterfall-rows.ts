// The rows of a waterfall: what is unfolded of a trace, from top to bottom. Pure and linear in the rows it gives, so that
// ten thousand steps are laid out once per answer and drawn only where they are seen.
import { groupSteps, isGroup, type StepGroup } from "./step-groups.ts";
import type { TraceNode } from "../../../data/trace-node.ts";

interface RowPlace {
  readonly id: string;
  /** 0 for the run itself. */
  readonly depth: number;
  readonly parentId: string | undefined;
  readonly canUnfold: boolean;
  readonly isUnfolded: boolean;
  /** From 1, among the rows of the same parent; with setSize what screen readers say. */
  readonly position: number;
  readonly setSize: number;
}

export interface NodeRow extends RowPlace {
  readonly kind: "node";
  readonly node: TraceNode;
}

export interface GroupRow extends RowPlace {
  readonly kind: "group";
  readonly group: StepGroup;
}

export type WaterfallRow = NodeRow | GroupRow;

/** Ids of rows that a person folded or unfolded, against what they are by default. */
export type Toggled = ReadonlySet<string>;

export function waterfallRows(root: TraceNode, toggled: Toggled): readonly WaterfallRow[] {
  const rows: WaterfallRow[] = [];
  const place = { depth: 0, parentId: undefined, position: 1, setSize: 1 };
  addNode(rows, root, place, toggled);
  return rows;
}

type Place = Pick<RowPlace, "depth" | "parentId" | "position" | "setSize">;

function addNode(rows: WaterfallRow[], node: TraceNode, place: Place, toggled: Toggled): void {
  const canUnfold = node.children.length > 0;
  // The run shows its steps; a step shows its attempts when somebody asks.
  const isUnfolded = canUnfold && (node.kind === "RUN") !== toggled.has(node.id);
  rows.push({ kind: "node", id: node.id, node, canUnfold, isUnfolded, ...place });
  if (!isUnfolded) return;
  const entries = groupSteps(node.children);
  entries.forEach((entry, index) => {
    const below = {
      depth: place.depth + 1,
      parentId: node.id,
      position: index + 1,
      setSize: entries.length,
    };
    if (isGroup(entry)) addGroup(rows, entry, below, toggled);
    else addNode(rows, entry, below, toggled);
  });
}

function addGroup(rows: WaterfallRow[], group: StepGroup, place: Place, toggled: Toggled): void {
  const isUnfolded = toggled.has(group.id);
  rows.push({ kind: "group", id: group.id, group, canUnfold: true, isUnfolded, ...place });
  if (!isUnfolded) return;
  group.nodes.forEach((node, index) => {
    const below = {
      depth: place.depth + 1,
      parentId: group.id,
      position: index + 1,
      setSize: group.nodes.length,
    };
    addNode(rows, node, below, toggled);
  });
}

/** What must be unfolded so that a step has a row, such as one that a link names. */
export function rowsToUnfold(root: TraceNode, nodeId: string): readonly string[] {
  for (const entry of groupSteps(root.children)) {
    if (isGroup(entry)) {
      if (entry.nodes.some((node) => node.id === nodeId)) return [entry.id];
    } else if (entry.children.some((child) => child.id === nodeId)) return [entry.id];
  }
  return [];
}
