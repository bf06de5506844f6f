// The errors of who waits for a run that did not complete, or not in time.
import type { RunHead } from "@everstep/core";
import { deserializeError } from "everstep";

/** A run ended without a result: `status` says how; `cause` is the error that the function threw, as far as JSON keeps it. */
export class RunError extends Error {
  readonly runId: string;
  readonly status: "failed" | "cancelled";

  constructor(run: RunHead) {
    const { error, endReason } = run;
    const status = run.status === "cancelled" ? "cancelled" : "failed";
    const why = error?.message ?? endReason ?? "no reason was recorded";
    super(
      `Run ${run.id} ${status === "failed" ? "failed" : "was cancelled"}: ${why}`,
      error === undefined ? {} : { cause: deserializeError(error) },
    );
    this.name = "RunError";
    this.runId = run.id;
    this.status = status;
  }
}

/** A run has not ended within the time that was given to wait for it. The run itself goes on. */
export class WaitTimeoutError extends Error {
  readonly runId: string;

  constructor(runId: string, timeoutMs: number) {
    super(
      `Run ${runId} has not ended within ${timeoutMs} ms (option "timeout"). It goes on; ask for its result again, or cancel it.`,
    );
    this.name = "WaitTimeoutError";
    this.runId = runId;
  }
}
