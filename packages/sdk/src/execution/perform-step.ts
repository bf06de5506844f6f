// A step tool was called: the step goes to the board of its call, or, inside a step's callback, to that step.
import { NonRetriableError } from "../errors.ts";
import type { StepRequest } from "../steps/step-request.ts";
import { canFollowScopes, findScope } from "./async-context.ts";
import type { OpenCall } from "./call-parts.ts";

export interface PerformingRun {
  readonly call: OpenCall | undefined;
  /** Tells the run's own steps from those of other runs. */
  readonly owner: object | undefined;
  /** User code will never go on. */
  readonly isOver: boolean;
}

/**
 * After the last answer, and in code that goes on behind it, it gives nothing back; what a parked run calls then waits for the
 * next call.
 */
export function performStep(request: StepRequest, run: PerformingRun): Promise<unknown> {
  const { call, owner, isOver } = run;
  const scope = findScope();
  const parent = scope?.owner === owner ? scope?.step : undefined;
  const running = parent ?? (canFollowScopes ? undefined : call?.runner.current);
  if (running === undefined && (call === undefined || isOver)) return new Promise(() => {});
  if (scope?.isSelecting === true) {
    const { id } = request.options;
    const text = `The step "${id}" was called in the select function of an experiment: call it in the variants.`;
    return Promise.reject(new NonRetriableError(text));
  }
  scope?.onStep?.();
  if (running !== undefined) return running.runNested(request);
  return call === undefined ? new Promise(() => {}) : call.board.add(request);
}
