// The output of an ended run.
import type { RunHead } from "@everstep/core";
import type { JsonText } from "@everstep/protocol";

/** The recorded output; a failure without a body of its own is shown as its error. Absent while it runs. */
export function runOutput(run: RunHead): JsonText | undefined {
  if (run.outputJson !== undefined) return run.outputJson;
  return run.error === undefined ? undefined : JSON.stringify(run.error);
}
