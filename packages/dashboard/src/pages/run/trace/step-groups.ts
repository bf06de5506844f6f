// Folds loops: long stretches of finished steps whose names repeat (`charge 1`, `charge 2`, … or `load, save, load, save`)
// become one entry. Pure and linear. Steps that failed, were tried again or are open always stand alone: they are what
// people look for.
import type { TraceNode } from "../../../data/trace-node.ts";

export interface StepGroup {
  readonly kind: "group";
  /** The same as long as the stretch begins with the same step. */
  readonly id: string;
  /** `charge #`, or `load, save` when several names repeat in turn. */
  readonly label: string;
  readonly nodes: readonly TraceNode[];
}

export type GroupedEntry = TraceNode | StepGroup;

/** A shorter stretch is read as quickly as a group is opened. */
export const GROUP_STEPS_MIN = 20;
/** Longest body of a loop that is looked for. */
const PERIOD_MAX = 6;

export function isGroup(entry: GroupedEntry): entry is StepGroup {
  return entry.kind === "group";
}

export function groupSteps(nodes: readonly TraceNode[]): readonly GroupedEntry[] {
  const names = nodes.map((node) => (mayFold(node) ? foldedName(node.name) : undefined));
  const entries: GroupedEntry[] = [];
  let index = 0;
  while (index < nodes.length) {
    const stretch = longestStretch(names, index);
    if (stretch.length < GROUP_STEPS_MIN) {
      // What began a stretch that is too short is passed over whole: a later start cannot make it longer than it is.
      const taken = Math.max(1, stretch.length - stretch.period + 1);
      entries.push(...nodes.slice(index, index + taken));
      index += taken;
      continue;
    }
    entries.push(groupOf(nodes.slice(index, index + stretch.length), stretch.period));
    index += stretch.length;
  }
  return entries;
}

function mayFold(node: TraceNode): boolean {
  return node.kind === "STEP" && node.status === "COMPLETED" && node.children.length === 0;
}

/** Names of one loop differ in their numbers only. */
function foldedName(name: string): string {
  return name.replace(/\d+/g, "#");
}

interface Stretch {
  readonly period: number;
  readonly length: number;
}

function longestStretch(names: readonly (string | undefined)[], start: number): Stretch {
  let longest: Stretch = { period: 1, length: 1 };
  if (names[start] === undefined) return longest;
  for (let period = 1; period <= PERIOD_MAX; period += 1) {
    const length = lengthWithPeriod(names, start, period);
    if (length > longest.length && length >= 2 * period) longest = { period, length };
    // A shorter body that already folds reads better than a longer one that folds a little more.
    if (longest.length >= GROUP_STEPS_MIN) return longest;
  }
  return longest;
}

function lengthWithPeriod(
  names: readonly (string | undefined)[],
  start: number,
  period: number,
): number {
  for (let index = start; index < start + period; index += 1) {
    if (names[index] === undefined) return index - start;
  }
  let end = start + period;
  while (end < names.length && names[end] !== undefined && names[end] === names[end - period]) {
    end += 1;
  }
  // Only whole turns of the loop.
  return end - start - ((end - start) % period);
}

function groupOf(nodes: readonly TraceNode[], period: number): StepGroup {
  const turn = nodes.slice(0, period).map((node) => foldedName(node.name));
  return {
    kind: "group",
    id: `group:${nodes[0]?.id ?? ""}`,
    label: [...new Set(turn)].join(", "),
    nodes,
  };
}
