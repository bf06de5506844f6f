// Which waits an event ends. Candidates come from the index by equality; the whole expression decides.
import type { EventRecord } from "@everstep/protocol";
import { evaluateBoolean } from "../expressions/compile-expression.ts";
import { compileCached } from "../expressions/expression-cache.ts";
import { matchKeyValue } from "../expressions/match-key.ts";
import type { Wait } from "../model/wait.ts";
import { matchKeyText } from "./wait-match.ts";

/** The keys under which waits for this event can stand. @param paths Every path that waits for this name ever used. */
export function matchKeysOf(event: () => unknown, paths: Iterable<string>): string[] {
  const keys: string[] = [];
  for (const path of paths) {
    if (path === "") {
      keys.push("");
      continue;
    }
    const value = matchKeyValue(event(), path);
    if (value !== undefined) keys.push(matchKeyText(path, value));
  }
  return keys;
}

/** An event never ends a wait that has expired, nor one of a run that it started itself. */
export function matchesWait(
  wait: Wait,
  arrival: { event: EventRecord; readEvent: () => unknown; nowMs: number },
): boolean {
  if (wait.expiresAtMs !== undefined && wait.expiresAtMs <= arrival.nowMs) return false;
  if (wait.expression === undefined) return true;
  const result = evaluateBoolean(
    compileCached(wait.expression),
    { async: arrival.readEvent() },
    { nowMs: arrival.nowMs },
  );
  return result.ok && result.value;
}
