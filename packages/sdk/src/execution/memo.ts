// Remembered steps as the engine sends them (protocol.md 2.5), read when a step is met and not before: a call with thousands
// of them costs nothing for those that it does not meet.
import type { MemoizedStep } from "./hooks.ts";

export type Memo =
  | { readonly kind: "data"; readonly data: unknown }
  | { readonly kind: "error"; readonly error: unknown }
  /** The step has not run; these are its arguments in place of the author's. */
  | { readonly kind: "input"; readonly inputs: readonly unknown[] };

/** An object with exactly one of the known keys is read by it; everything else is data as a whole. */
export function parseMemo(value: unknown): Memo {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { kind: "data", data: value };
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(fields).filter((key) => key !== "type");
  if (keys.length === 1 && hasKnownType(fields, keys[0] ?? "")) {
    if (keys[0] === "data") return { kind: "data", data: fields["data"] };
    if (keys[0] === "error") return { kind: "error", error: fields["error"] };
    if (keys[0] === "input") {
      const input = fields["input"];
      return { kind: "input", inputs: Array.isArray(input) ? input : [input] };
    }
  }
  return { kind: "data", data: value };
}

/** `type` belongs to the wrapper only when it repeats the key. */
function hasKnownType(fields: Readonly<Record<string, unknown>>, key: string): boolean {
  return !Object.hasOwn(fields, "type") || fields["type"] === key;
}

/** All remembered steps, as middleware sees them. */
export function memoizedSteps(steps: Readonly<Record<string, unknown>>): MemoizedStep[] {
  return Object.entries(steps).map(([id, value]) => {
    const memo = parseMemo(value);
    if (memo.kind === "data") return { id, data: memo.data };
    return memo.kind === "error" ? { id, error: memo.error } : { id };
  });
}

/** The values after middleware has changed them; inputs cannot be changed. */
export function withChangedSteps(
  steps: Readonly<Record<string, unknown>>,
  changed: readonly MemoizedStep[],
): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = { ...steps };
  for (const step of changed) {
    if (step.error !== undefined) result[step.id] = { error: step.error };
    else if (step.data !== undefined) result[step.id] = { data: step.data };
  }
  return result;
}
