// Finds the functions that an event starts. Built once per change of the registered functions; a match costs a lookup per
// name pattern of the event plus the expressions of the triggers found, and parses the event only if one is there.
import { EverstepError } from "@everstep/protocol";
import type { Trigger } from "@everstep/protocol";
import { compileExpression, evaluateBoolean } from "../expressions/compile-expression.ts";
import type { Expression } from "../expressions/compile-expression.ts";
import { patternsOf } from "./event-patterns.ts";

export interface TriggerMatch {
  readonly functionId: string;
  /** Position in the function's `triggers`. */
  readonly triggerIndex: number;
}

export interface TriggerFailure extends TriggerMatch {
  /** Why the trigger's expression could not be evaluated; the trigger did not match. */
  readonly message: string;
}

/** A function that listens to the event's name and let it through by none of its triggers. */
export interface FilteredFunction {
  readonly functionId: string;
  /** What was tried, in the order of the triggers. */
  readonly expressions: readonly { readonly expression: string; readonly error?: string }[];
}

export interface TriggerVerdicts {
  /** Every function that the event starts, each once, in the order of the list given. */
  readonly matches: readonly TriggerMatch[];
  /** Expressions that could not be evaluated. */
  readonly failures: readonly TriggerFailure[];
  readonly filtered: readonly FilteredFunction[];
}

export interface TriggerIndex {
  match(
    event: {
      readonly name: string;
      /** The whole event object as apps see it; called at most once, and only if an expression reads it. */
      readonly readEvent: () => unknown;
    },
    nowMs: number,
  ): TriggerVerdicts;
}

interface IndexedTrigger extends TriggerMatch {
  /** Position of the function in the list given. */
  readonly position: number;
  readonly condition: Condition | undefined;
}

interface Condition {
  readonly source: string;
  readonly compiled: Expression | { readonly message: string };
}

/** Builds the index; an expression that does not compile counts as one that fails for every event. */
export function createTriggerIndex(
  functions: readonly { readonly id: string; readonly triggers: readonly Trigger[] }[],
): TriggerIndex {
  const byPattern = new Map<string, IndexedTrigger[]>();
  for (const [position, { id, triggers }] of functions.entries()) {
    for (const [triggerIndex, trigger] of triggers.entries()) {
      if (trigger.kind !== "event") continue;
      const condition = conditionOf(trigger.expression);
      const entry = { functionId: id, triggerIndex, position, condition };
      const known = byPattern.get(trigger.event);
      if (known === undefined) byPattern.set(trigger.event, [entry]);
      else known.push(entry);
    }
  }
  return {
    match: (event, nowMs) =>
      matchTriggers(candidatesOf(byPattern, event.name), event.readEvent, nowMs),
  };
}

function conditionOf(source: string | undefined): IndexedTrigger["condition"] {
  if (source === undefined) return undefined;
  try {
    return { source, compiled: compileExpression(source) };
  } catch (error) {
    if (error instanceof EverstepError) return { source, compiled: { message: error.message } };
    throw error;
  }
}

/** By function, then by trigger, since a function's first matching trigger wins whatever pattern found it. */
function candidatesOf(
  byPattern: ReadonlyMap<string, readonly IndexedTrigger[]>,
  eventName: string,
): readonly IndexedTrigger[] {
  return patternsOf(eventName)
    .flatMap((pattern) => byPattern.get(pattern) ?? [])
    .toSorted((a, b) => a.position - b.position || a.triggerIndex - b.triggerIndex);
}

function matchTriggers(
  candidates: readonly IndexedTrigger[],
  readEvent: () => unknown,
  nowMs: number,
): TriggerVerdicts {
  const matches: TriggerMatch[] = [];
  const failures: TriggerFailure[] = [];
  const tried = new Map<string, FilteredFunction["expressions"][number][]>();
  let event: { readonly value: unknown } | undefined;
  let startedPosition = -1;
  for (const { functionId, triggerIndex, position, condition } of candidates) {
    if (position === startedPosition) continue;
    if (condition !== undefined) {
      event ??= { value: readEvent() };
      const { matches: isMatch, message } = verdictOf(condition.compiled, event.value, nowMs);
      if (message !== undefined) failures.push({ functionId, triggerIndex, message });
      if (!isMatch) {
        const failed = message === undefined ? {} : { error: message };
        const expressions = tried.get(functionId) ?? [];
        tried.set(functionId, [...expressions, { expression: condition.source, ...failed }]);
        continue;
      }
    }
    matches.push({ functionId, triggerIndex });
    tried.delete(functionId);
    startedPosition = position;
  }
  const filtered = [...tried].map(([functionId, expressions]) => ({ functionId, expressions }));
  return { matches, failures, filtered };
}

function verdictOf(
  condition: Expression | { readonly message: string },
  event: unknown,
  nowMs: number,
): { readonly matches: boolean; readonly message?: string } {
  if ("message" in condition) return { matches: false, message: condition.message };
  const result = evaluateBoolean(condition, { event }, { nowMs });
  return result.ok ? { matches: result.value } : { matches: false, message: result.message };
}
