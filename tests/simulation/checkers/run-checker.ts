// Runs (field.md 5.3: 5, 7): a run is born once, ends once, and nothing about it changes afterwards; a step is recorded once;
// timers and waits appear and disappear once and never outlive their run; each end sends its lifecycle events once.
import type { Change } from "@everstep/core";
import type { CheckContext, Checker } from "./checker.ts";
import { hasEnded } from "./model.ts";

type ChangeOf<T extends Change["type"]> = Extract<Change, { type: T }>;

export class RunChecker implements Checker {
  readonly #context: CheckContext;
  readonly #endedNow = new Set<string>();
  readonly #generations = new Set<string>();
  readonly #timerIds = new Set<number>();
  readonly #lines = new Set<string>();
  /** Lines of the batch that their run's count does not hold yet. */
  readonly #linesNow = new Map<string, number>();

  constructor(context: CheckContext) {
    this.#context = context;
  }

  beforeChange(change: Change): void {
    const { model, violate } = this.#context;
    switch (change.type) {
      case "event_added":
        if (!model.events.has(change.event.internalId)) return;
        violate("events are stored once", `event ${change.event.internalId} was stored again`);
        return;
      case "run_added":
        if (model.runs.has(change.run.id)) violate("no two births", `run ${change.run.id}`);
        return;
      case "run_patched":
        this.#mustLive(change.runId, `patch ${JSON.stringify(change.patch)}`);
        if (change.patch.logCount !== undefined) this.#linesNow.delete(change.runId);
        if (change.patch.endedAtMs !== undefined) this.#endedNow.add(change.runId);
        return;
      case "step_added":
        return this.#stepAdded(change);
      case "attempt_added":
        return this.#attemptAdded(change);
      case "log_line_added":
        return this.#lineAdded(change);
      case "timer_added":
        return this.#timerAdded(change);
      case "timer_removed":
        // The timer of a batch that was full before its time is in the alarm's memory until then.
        if (model.timers.has(change.timerId) || change.runId === undefined) return;
        violate("timers end once", `timer ${change.timerId} was removed but is not there`);
        return;
      case "wait_added":
        this.#mustLive(change.wait.runId, `wait ${change.wait.id}`);
        if (model.waits.has(change.wait.id)) violate("waits end once", `${change.wait.id} again`);
        return;
      case "wait_removed":
        if (model.waits.has(change.waitId)) return;
        violate("waits end once", `wait ${change.waitId} was removed but is not there`);
        return;
      default:
        return;
    }
  }

  afterBatch(changes: readonly Change[]): void {
    for (const runId of this.#endedNow) this.#checkEnd(runId, changes);
    this.#endedNow.clear();
  }

  #mustLive(runId: string, what: string): void {
    const { model, violate } = this.#context;
    const run = model.runs.get(runId);
    if (run === undefined) violate("no orphans", `${what} of run ${runId}, which does not exist`);
    else if (hasEnded(run)) violate("nothing after the end", `${what} of the ended run ${runId}`);
  }

  #stepAdded({ step }: ChangeOf<"step_added">): void {
    const { model, violate } = this.#context;
    this.#mustLive(step.runId, `step ${step.name}`);
    const run = model.runs.get(step.runId);
    if (run?.outputs.has(step.stepId) === true) {
      violate("steps end once", `step ${step.name} of run ${step.runId} was recorded again`);
    }
    if (run?.stack.length !== step.position) {
      violate("steps end once", `step ${step.name} of run ${step.runId} has a wrong position`);
    }
  }

  /** Checkpoints and answers come again; what they brought does not. */
  #lineAdded({ line }: ChangeOf<"log_line_added">): void {
    const { model, violate } = this.#context;
    this.#mustLive(line.runId, `line ${line.message}`);
    if (this.#lines.has(line.message)) {
      violate("lines are recorded once", `line ${line.message} was recorded again`);
    }
    this.#lines.add(line.message);
    const { logCount = 0 } = model.runs.get(line.runId)?.head ?? {};
    const earlier = this.#linesNow.get(line.runId) ?? 0;
    this.#linesNow.set(line.runId, earlier + 1);
    if (line.position !== logCount + earlier) {
      violate("lines are in order", `line ${line.message} has position ${line.position}`);
    }
  }

  #timerAdded({ timer }: ChangeOf<"timer_added">): void {
    if (timer.runId !== undefined) this.#mustLive(timer.runId, timer.kind);
    if (this.#timerIds.has(timer.id)) {
      this.#context.violate("timer ids are unique", `timer ${timer.id} was added again`);
    }
    this.#timerIds.add(timer.id);
  }

  #attemptAdded({ attempt }: ChangeOf<"attempt_added">): void {
    const { model, violate } = this.#context;
    const { runId, generation } = attempt;
    // The attempt that ended the run is recorded right after the end.
    if (!this.#endedNow.has(runId)) this.#mustLive(runId, "attempt");
    const key = `${runId} ${generation}`;
    if (this.#generations.has(key)) violate("attempts end once", `attempt ${key} ended twice`);
    this.#generations.add(key);
    const functionId = model.runs.get(runId)?.head.functionId ?? "";
    const max = model.functions.get(functionId)?.config.maxAttempts ?? 0;
    if (attempt.attempt >= max) {
      violate("attempts are bounded", `attempt ${attempt.attempt} of ${max} in run ${runId}`);
    }
  }

  #checkEnd(runId: string, changes: readonly Change[]): void {
    const { model, violate } = this.#context;
    const run = model.runs.get(runId);
    if (run === undefined) return;
    if (run.timers.size + run.waits.size > 0) {
      violate("nothing after the end", `run ${runId} ended and left timers or waits`);
    }
    const sent = changes.flatMap((change) => lifecycleOf(change, runId));
    const isLast = /^inngest\/function\.(finished|failed)$/.test(run.head.eventName);
    const { status, flow } = run.head;
    const wanted = isLast ? [] : ["finished", ...(status === "completed" ? [] : [status])];
    // The end of a batch is told to each step that invoked one of its events.
    const told = flow?.batchId === undefined ? sent : [...new Set(sent)];
    if (JSON.stringify(told) !== JSON.stringify(wanted)) {
      violate(
        "one end, one set of events",
        `run ${runId} (${status}) sent ${JSON.stringify(sent)}`,
      );
    }
  }
}

/** The kind of lifecycle event when the change is one about this run. */
function lifecycleOf(change: Change, runId: string): readonly string[] {
  if (change.type !== "event_added") return [];
  const { name, dataJson } = change.event;
  const kind = /^inngest\/function\.(finished|failed|cancelled)$/.exec(name)?.[1];
  if (kind === undefined || !dataJson.includes(`"run_id":"${runId}"`)) return [];
  return (JSON.parse(dataJson) as { run_id: string }).run_id === runId ? [kind] : [];
}
