// A process of its own for the tests of a file's ownership and of kill -9. It tells what happened on stdout, one line each.
// Usage: node sqlite-child.ts hold|commit <database file>
import { writeSync } from "node:fs";
import { openSqliteStore } from "@everstep/store-sqlite";
import { aRun, aStep } from "./records.ts";

const [mode, path] = process.argv.slice(2);
if (path === undefined) throw new Error("usage: node sqlite-child.ts hold|commit <database file>");

/** Synchronous, so that a line that was written is out before the process dies. */
function tell(line: string): void {
  writeSync(1, `${line}\n`);
}

const { store } = openSqliteStore({ path });
await store.open();
if (mode === "hold") {
  tell("ready");
  process.stdin.resume();
} else {
  await store.commit([{ type: "run_added", run: aRun() }]);
  tell("acked 0");
  for (let stepCount = 1; stepCount <= 20; stepCount += 1) {
    const step = aStep({ position: stepCount - 1, stepId: `s${stepCount}` });
    await store.commit([
      { type: "step_added", step },
      { type: "run_patched", runId: aRun().id, patch: { stepCount } },
    ]);
    tell(`acked ${stepCount}`);
  }
  process.kill(process.pid, "SIGKILL");
}
