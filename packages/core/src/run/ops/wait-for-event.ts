// WaitForEvent: the expression is bound to the triggering event now, so later edits of anything else cannot change it.
import { EverstepError, type Op } from "@everstep/protocol";
import { bindEvent } from "../../expressions/bind-event.ts";
import { compileExpression } from "../../expressions/compile-expression.ts";
import { matchKeyOf } from "../../expressions/match-key.ts";
import { waitMatch, type WaitMatch } from "../../routing/wait-match.ts";
import { readTriggerEvent } from "../trigger-event.ts";
import type { Draft } from "../draft.ts";
import { endRun } from "../end-run.ts";
import { isKnownStep } from "./step-planned.ts";
import { openStepWait, readTimeout } from "./step-wait.ts";

export function applyWaitForEvent(draft: Draft, op: Op): void {
  if (isKnownStep(draft, op.id)) return;
  const eventName = typeof op.opts["event"] === "string" ? op.opts["event"] : op.name;
  const timeout = readWaitTimeout(draft, op);
  if (!timeout.ok) {
    endRun(draft, { status: "failed", error: timeout.error });
    return;
  }
  const match = matchOf(draft, op.opts["if"]);
  if (!match.ok) {
    endRun(draft, {
      status: "failed",
      error: { name: "InvalidExpression", message: match.message },
    });
    return;
  }
  openStepWait(draft, op, { kind: "event", eventName, ...match.match }, timeout.atMs);
}

/** An empty timeout ends at once, as the official SDKs' missing option does; a missing one never (W6). */
function readWaitTimeout(draft: Draft, op: Op): ReturnType<typeof readTimeout> {
  const value = op.opts["timeout"];
  if (value === "") return { ok: true, atMs: draft.ctx.nowMs };
  return readTimeout(draft, "step.waitForEvent", value, undefined);
}

type MatchResult =
  | { readonly ok: true; readonly match: WaitMatch }
  | { readonly ok: false; readonly message: string };

function matchOf(draft: Draft, source: unknown): MatchResult {
  if (typeof source !== "string" || source === "") {
    return { ok: true, match: waitMatch(undefined, undefined) };
  }
  try {
    const bound = bindEvent(compileExpression(source), readTriggerEvent(draft));
    return { ok: true, match: waitMatch(bound.boundSource, matchKeyOf(bound)) };
  } catch (error) {
    if (error instanceof EverstepError) return { ok: false, message: error.message };
    throw error;
  }
}
