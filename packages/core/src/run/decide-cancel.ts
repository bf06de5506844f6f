// Cancelling a run on request.
import { EverstepError } from "@everstep/protocol";
import { isEnded, type Draft } from "./draft.ts";
import { endRun } from "./end-run.ts";

/** @throws EverstepError run_ended. */
export function decideCancel(draft: Draft, reason: string): void {
  const { head } = draft.state;
  if (isEnded(draft.state)) {
    throw new EverstepError(
      "run_ended",
      `Run ${head.id} has already ended (${head.status}), so it cannot be cancelled.`,
    );
  }
  endRun(draft, { status: "cancelled", endReason: reason });
}
