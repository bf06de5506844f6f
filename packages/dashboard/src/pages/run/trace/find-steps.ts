// The steps of a run that a person looks for: every word must be in the step's name, or say what it is (its status, what it
// does, that it was retried). Pure and linear, so that each key typed over ten thousand steps is answered at once.
import type { TraceNode } from "../../../data/trace-node.ts";

export interface FoundSteps {
  /** The run with the found steps alone. */
  readonly root: TraceNode;
  readonly count: number;
}

/** @returns undefined when the text asks for nothing. */
export function findSteps(root: TraceNode, text: string): FoundSteps | undefined {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return undefined;
  const children = root.children.filter((node) => {
    const said = wordsOf(node);
    return words.every((word) => said.includes(word));
  });
  return { root: { ...root, children }, count: children.length };
}

function wordsOf({ name, status, op, attempts = 1, info }: TraceNode): string {
  const asked =
    info?.type === "WAIT_FOR_EVENT"
      ? info.eventName
      : info?.type === "INVOKE"
        ? info.functionSlug
        : undefined;
  const kind = op?.replaceAll("_", " ");
  return [name, status, kind, asked, attempts > 1 && "retried"]
    .filter((each) => typeof each === "string")
    .join("\n")
    .toLowerCase();
}
