// Steps with compensations (R12). The list of what to undo is rebuilt from the remembered results on every call, so it
// survives replays, which variables set inside a callback do not.
import { NonRetriableError, StepError, TimeoutError } from "../errors.ts";
import type { RunTool, StepResult } from "./run-tool.ts";
import { readStepOptions, type StepContext, type StepOptionsOrId } from "./step-request.ts";

/** What the body of `step.saga` is given. */
export interface Saga {
  /**
   * A step that can be undone.
   * @param undo Runs as a step of its own, with the result of the action, when the saga's body throws later on.
   */
  run<TResult>(
    id: StepOptionsOrId,
    action: (context: StepContext) => TResult,
    undo?: (result: StepResult<TResult>) => unknown,
  ): Promise<StepResult<TResult>>;
}

/**
 * Runs a body; when it throws, undoes the finished steps in reverse order, each as a step `undo: <id>`, then throws the
 * error again. An error thrown outside of steps is made final, because its steps are undone already: throw what is worth
 * a retry inside steps.
 */
export type SagaTool = <T>(body: (saga: Saga) => Promise<T>) => Promise<T>;

interface Compensation {
  readonly id: string;
  readonly undo: () => unknown;
}

export function sagaTool(run: RunTool): SagaTool {
  return async (body) => {
    const done: Compensation[] = [];
    const saga: Saga = {
      run: async (id, action, undo) => {
        const result = await run(id, (context: StepContext) => action(context));
        if (undo !== undefined) {
          done.push({ id: readStepOptions(id).id, undo: () => undo(result) });
        }
        return result;
      },
    };
    try {
      return await body(saga);
    } catch (error) {
      const failures = await compensate(run, done);
      throw finalError(error, failures);
    }
  };
}

/** One failed compensation does not keep the others from running. */
async function compensate(run: RunTool, done: readonly Compensation[]): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (const step of done.toReversed()) {
    try {
      await run(`undo: ${step.id}`, () => step.undo());
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}

function finalError(error: unknown, failures: readonly unknown[]): unknown {
  if (failures.length > 0) {
    const texts = failures.map((failure) =>
      failure instanceof Error ? failure.message : String(failure),
    );
    return new NonRetriableError(
      `${messageOf(error)} (and ${failures.length} of its compensations failed: ${texts.join("; ")})`,
      { cause: error },
    );
  }
  const isFinal =
    error instanceof StepError ||
    error instanceof TimeoutError ||
    error instanceof NonRetriableError;
  if (isFinal) return error;
  return new NonRetriableError(messageOf(error), { cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
