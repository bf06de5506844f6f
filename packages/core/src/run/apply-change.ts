// The fold of changes over a run's state. It is also the oracle that stores are tested against.
import type { Change } from "../model/change.ts";
import type { RunState } from "../model/run.ts";

/** Applies a change to the run it belongs to; changes of other things leave the state as it is. */
export function applyRunChange(state: RunState, change: Change): void {
  switch (change.type) {
    case "run_patched":
      state.head = { ...state.head, ...change.patch };
      return;
    case "step_added":
      state.stack.push(change.step.stepId);
      state.outputs.set(change.step.stepId, change.step.outputJson);
      state.inputs.delete(change.step.stepId);
      return;
    case "step_input_set":
      state.inputs.set(change.stepId, change.inputJson);
      return;
    case "timer_added":
      state.timers.set(change.timer.id, change.timer);
      return;
    case "timer_removed":
      state.timers.delete(change.timerId);
      return;
    case "timer_attempt_reset": {
      const timer = state.timers.get(change.timerId);
      if (timer !== undefined) state.timers.set(timer.id, { ...timer, attempt: 0 });
      return;
    }
    case "timer_started": {
      const timer = state.timers.get(change.timerId);
      if (timer === undefined) return;
      const { isStart: _started, ...later } = timer;
      state.timers.set(timer.id, later);
      return;
    }
    case "timer_called": {
      const timer = state.timers.get(change.timerId);
      if (timer !== undefined) state.timers.set(timer.id, { ...timer, calledAtMs: change.atMs });
      return;
    }
    case "wait_added":
      state.waits.set(change.wait.id, change.wait);
      return;
    case "wait_removed":
      state.waits.delete(change.waitId);
      return;
    default:
      return;
  }
}
