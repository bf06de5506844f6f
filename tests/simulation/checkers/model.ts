// What the database must hold: a fold of every batch that it took, kept apart from the engine's own fold. Checkers read it.
import {
  effectiveConfig,
  type Change,
  type FunctionControl,
  type FunctionRecord,
  type RunHead,
  type Timer,
  type Wait,
} from "@everstep/core";
import type { EventRecord, FunctionConfig } from "@everstep/protocol";

export interface ModelRun {
  head: RunHead;
  readonly stack: string[];
  readonly outputs: Map<string, string>;
  readonly timers: Map<number, Timer>;
  readonly waits: Map<string, Wait>;
}

export interface Model {
  readonly runs: ReadonlyMap<string, ModelRun>;
  readonly events: ReadonlyMap<string, EventRecord>;
  readonly timers: ReadonlyMap<number, Timer>;
  readonly waits: ReadonlyMap<string, Wait>;
  readonly functions: ReadonlyMap<string, FunctionRecord>;
  readonly controls: ReadonlyMap<string, FunctionControl>;
  readonly stepCount: number;
  /** With the limits of operators. */
  configOf(functionId: string): FunctionConfig | undefined;
  apply(change: Change): void;
}

export function hasEnded(run: ModelRun): boolean {
  return run.head.endedAtMs !== undefined;
}

interface Tables {
  readonly runs: Map<string, ModelRun>;
  readonly events: Map<string, EventRecord>;
  readonly timers: Map<number, Timer>;
  readonly waits: Map<string, Wait>;
  readonly functions: Map<string, FunctionRecord>;
  readonly controls: Map<string, FunctionControl>;
}

export function createModel(): Model {
  const tables: Tables = {
    runs: new Map(),
    events: new Map(),
    timers: new Map(),
    waits: new Map(),
    functions: new Map(),
    controls: new Map(),
  };
  let stepCount = 0;
  return {
    ...tables,
    configOf(functionId) {
      const config = tables.functions.get(functionId)?.config;
      if (config === undefined) return undefined;
      return effectiveConfig(config, tables.controls.get(functionId)?.overrides);
    },
    get stepCount() {
      return stepCount;
    },
    apply(change) {
      if (change.type === "step_added") stepCount += 1;
      applyTo(tables, change);
    },
  };
}

function applyTo(tables: Tables, change: Change): void {
  const { runs, events, waits, functions, controls } = tables;
  switch (change.type) {
    case "event_added":
      events.set(change.event.internalId, change.event);
      return;
    case "run_added":
      runs.set(change.run.id, emptyRun(change.run));
      return;
    case "run_patched": {
      const run = runs.get(change.runId);
      if (run !== undefined) run.head = { ...run.head, ...change.patch };
      return;
    }
    case "step_added": {
      const run = runs.get(change.step.runId);
      run?.stack.push(change.step.stepId);
      run?.outputs.set(change.step.stepId, change.step.outputJson);
      return;
    }
    case "wait_added":
      waits.set(change.wait.id, change.wait);
      runs.get(change.wait.runId)?.waits.set(change.wait.id, change.wait);
      return;
    case "wait_removed":
      waits.delete(change.waitId);
      runs.get(change.runId)?.waits.delete(change.waitId);
      return;
    case "function_saved":
      functions.set(change.function.id, change.function);
      return;
    case "function_control_saved":
      controls.set(change.control.functionId, change.control);
      return;
    default:
      applyToTimers(tables, change);
  }
}

function applyToTimers({ timers, runs }: Tables, change: Change): void {
  const put = (timer: Timer): void => {
    timers.set(timer.id, timer);
    runs.get(timer.runId ?? "")?.timers.set(timer.id, timer);
  };
  switch (change.type) {
    case "timer_added":
      put(change.timer);
      return;
    case "timer_removed":
      runs.get(timers.get(change.timerId)?.runId ?? "")?.timers.delete(change.timerId);
      timers.delete(change.timerId);
      return;
    case "timer_attempt_reset": {
      const timer = timers.get(change.timerId);
      if (timer !== undefined) put({ ...timer, attempt: 0 });
      return;
    }
    case "timer_started": {
      const timer = timers.get(change.timerId);
      if (timer === undefined) return;
      const { isStart: _started, ...later } = timer;
      put(later);
      return;
    }
    case "timer_called": {
      const timer = timers.get(change.timerId);
      if (timer !== undefined) put({ ...timer, calledAtMs: change.atMs });
      return;
    }
    default:
      return;
  }
}

function emptyRun(head: RunHead): ModelRun {
  return { head, stack: [], outputs: new Map(), timers: new Map(), waits: new Map() };
}
