// What a run carries for flow control from its creation on: the values of its keys, its lane and its place in the order.
import { eventToWireJson, type EventRecord } from "@everstep/protocol";
import type { RunFlow } from "../model/flow.ts";
import type { Candidate, Origin } from "./candidate.ts";
import { evaluateKeys, laneOf } from "./flow-keys.ts";
import { priorityOf } from "./priority.ts";

export interface RunFlowFacts {
  readonly batchId?: string | undefined;
  readonly singletonKey?: string | undefined;
  /** Absent: `first` is read. */
  readonly readEvent?: (() => unknown) | undefined;
  /** The first event, where it is not the candidate's. */
  readonly first?: EventRecord | undefined;
  /** Takes what people should know. */
  readonly warnings: string[];
}

/** `flow` is undefined when no rule of the function concerns the run: then nothing is stored. */
export function runFlowOf(
  candidate: Candidate,
  nowMs: number,
  facts: RunFlowFacts,
): { readonly flow: RunFlow | undefined; readonly priorityS: number } {
  const { config } = candidate.function;
  const { first, warnings, batchId, singletonKey } = facts;
  const readFirst = (): unknown =>
    first === undefined ? null : (JSON.parse(eventToWireJson(first)) as unknown);
  const source = { readEvent: facts.readEvent ?? readFirst, nowMs };
  const { keys, errors } = evaluateKeys(config, source);
  for (const message of Object.values(errors ?? {})) {
    warnings.push(`A key failed, so the run is in the group of failed keys: ${message}`);
  }
  const priority = priorityOf(config, source);
  if (priority.warning !== undefined) warnings.push(priority.warning);
  const lane = laneOf(keys);
  const own = {
    ...(priority.seconds === 0 ? {} : { priority: priority.seconds }),
    ...(singletonKey === undefined ? {} : { singletonKey }),
    ...groupOf(candidate.origin),
    ...(batchId === undefined ? {} : { batchId }),
    ...(errors === undefined ? {} : { keyErrors: errors }),
  };
  const isPlain = lane === "" && Object.keys(own).length === 0;
  return {
    flow: isPlain ? undefined : { keys, lane, ...own },
    priorityS: priority.seconds,
  };
}

/** What a run that never runs carries: only where it came from. */
export function flowOf(origin: Origin): RunFlow | undefined {
  const group = groupOf(origin);
  return Object.keys(group).length === 0 ? undefined : { keys: {}, lane: "", ...group };
}

function groupOf(origin: Origin): Pick<RunFlow, "batchId" | "debounceId"> {
  if (origin.type === "batch") return { batchId: origin.batchId };
  if (origin.type === "debounce") return { debounceId: origin.debounceId };
  return {};
}
