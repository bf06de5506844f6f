// Runs (field.md 5.3: 5, 7): a run is born once, ends once, and nothing about it changes afterwards; a step is recorded once;
// timers and waits appear and disappear once and never outlive their run; each end sends its lifecycle events once.
import type { Change } from "@everstep/core";
import type { CheckContext, Checker } from "./checker.ts";
import { hasEnded } from "./model.ts";

export function checkRuns({ model, violate }: CheckContext): Checker {
  const endedNow = new Set<string>();
  const generations = new Set<string>();
  const timerIds = new Set<number>();

  const mustLive = (runId: string, what: string): void => {
    const run = model.runs.get(runId);
    if (run === undefined) violate("no orphans", `${what} of run ${runId}, which does not exist`);
    else if (hasEnded(run)) violate("nothing after the end", `${what} of the ended run ${runId}`);
  };

  const stepAdded = ({ step }: Extract<Change, { type: "step_added" }>): void => {
    mustLive(step.runId, `step ${step.name}`);
    const run = model.runs.get(step.runId);
    if (run?.outputs.has(step.stepId) === true) {
      violate("steps end once", `step ${step.name} of run ${step.runId} was recorded again`);
    }
    if (run?.stack.length !== step.position) {
      violate("steps end once", `step ${step.name} of run ${step.runId} has a wrong position`);
    }
  };

  const runPatched = (change: Extract<Change, { type: "run_patched" }>): void => {
    mustLive(change.runId, `patch ${JSON.stringify(change.patch)}`);
    if (change.patch.endedAtMs !== undefined) endedNow.add(change.runId);
  };

  const attemptAdded = ({ attempt }: Extract<Change, { type: "attempt_added" }>): void => {
    if (!endedNow.has(attempt.runId)) mustLive(attempt.runId, "attempt");
    const key = `${attempt.runId} ${attempt.generation}`;
    if (generations.has(key)) violate("attempts end once", `attempt ${key} ended twice`);
    generations.add(key);
    const run = model.runs.get(attempt.runId);
    const max = model.functions.get(run?.head.functionId ?? "")?.config.maxAttempts ?? 0;
    if (attempt.attempt >= max) {
      violate(
        "attempts are bounded",
        `attempt ${attempt.attempt} of ${max} in run ${attempt.runId}`,
      );
    }
  };

  return {
    beforeChange(change) {
      switch (change.type) {
        case "event_added":
          if (!model.events.has(change.event.internalId)) return;
          violate("events are stored once", `event ${change.event.internalId} was stored again`);
          return;
        case "run_added":
          if (model.runs.has(change.run.id)) violate("no two births", `run ${change.run.id}`);
          return;
        case "run_patched":
          return runPatched(change);
        case "step_added":
          return stepAdded(change);
        case "attempt_added":
          return attemptAdded(change);
        case "timer_added":
          if (change.timer.runId !== undefined) mustLive(change.timer.runId, change.timer.kind);
          if (timerIds.has(change.timer.id)) {
            violate("timer ids are unique", `timer ${change.timer.id} was added again`);
          }
          timerIds.add(change.timer.id);
          return;
        case "timer_removed":
          if (model.timers.has(change.timerId)) return;
          violate("timers end once", `timer ${change.timerId} was removed but is not there`);
          return;
        case "wait_added":
          mustLive(change.wait.runId, `wait ${change.wait.id}`);
          if (model.waits.has(change.wait.id)) violate("waits end once", `${change.wait.id} again`);
          return;
        case "wait_removed":
          if (model.waits.has(change.waitId)) return;
          violate("waits end once", `wait ${change.waitId} was removed but is not there`);
          return;
        default:
          return;
      }
    },
    afterBatch(changes) {
      for (const runId of endedNow) checkEnd(runId, changes);
      endedNow.clear();
    },
  };

  function checkEnd(runId: string, changes: readonly Change[]): void {
    const run = model.runs.get(runId);
    if (run === undefined) return;
    if (run.timers.size + run.waits.size > 0) {
      violate("nothing after the end", `run ${runId} ended and left timers or waits`);
    }
    const sent = changes.flatMap((change) => {
      const isAbout =
        change.type === "event_added" &&
        /^inngest\/function\.(finished|failed|cancelled)$/.test(change.event.name) &&
        change.event.dataJson.includes(`"run_id":"${runId}"`) &&
        (JSON.parse(change.event.dataJson) as { run_id: string }).run_id === runId;
      return isAbout ? [change.event.name.slice("inngest/function.".length)] : [];
    });
    const isLast = /^inngest\/function\.(finished|failed)$/.test(run.head.eventName);
    const { status } = run.head;
    const wanted = isLast ? [] : ["finished", ...(status === "completed" ? [] : [status])];
    if (JSON.stringify(sent) !== JSON.stringify(wanted)) {
      violate(
        "one end, one set of events",
        `run ${runId} (${status}) sent ${JSON.stringify(sent)}`,
      );
    }
  }
}
