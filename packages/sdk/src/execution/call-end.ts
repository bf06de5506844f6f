// The end of the function within a call: its result or its error passes middleware and becomes the answer.
import { StepError } from "../errors.ts";
import { runCompleteOp } from "../wire/op.ts";
import { deserializeError, serializeError } from "../wire/serialized-error.ts";
import type { CallAnswers } from "./call-answers.ts";
import type { OpenCall } from "./call-parts.ts";
import type { FoundStep } from "./found-step.ts";
import type { StepOutcome } from "./step-run.ts";

/** With checkpointing the result goes out as an op, behind those that are not sent yet. */
export async function endWithResult(
  call: OpenCall,
  answers: CallAnswers,
  result: unknown,
): Promise<void> {
  const { hooks } = call.phases;
  await call.phases.endReplay();
  call.determinism?.check([], call.ownLogger);
  call.determinism?.forget();
  await call.phases.endExecution();
  const changed =
    hooks.transformOutput === undefined
      ? result
      : (await hooks.transformOutput({ data: result })).data;
  await hooks.finished?.({ data: changed });
  const data = changed ?? null;
  answers.lookAtResult(data);
  if (call.buffer === undefined) answers.result(data);
  else answers.ops([...call.buffer.ops, runCompleteOp(data)]);
}

export async function endWithError(
  call: OpenCall,
  answers: CallAnswers,
  thrown: unknown,
): Promise<void> {
  const { hooks } = call.phases;
  await call.phases.endReplay();
  await call.phases.endExecution();
  const retriability = answers.retriabilityOf(thrown, call.finalErrors);
  if (retriability.isFinal) call.determinism?.forget();
  const changed =
    hooks.transformOutput === undefined
      ? undefined
      : await hooks.transformOutput({ error: thrown, isFinal: retriability.isFinal });
  const error = changed?.error ?? thrown;
  call.ownLogger.error(error);
  await hooks.finished?.({ error, isFinal: retriability.isFinal });
  answers.error(error, retriability, call.tellsStep ? stepIdOf(error) : undefined);
}

/** The error as the author threw it, so that loggers show its stack. What is no error is logged as the one that travels. */
export function tellFailure(call: OpenCall, { failure, op, thrown }: StepOutcome): void {
  if (failure === undefined) return;
  call.ownLogger.error(thrown instanceof Error ? thrown : deserializeError(op.error));
}

function stepIdOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { stepId } = error as { readonly stepId?: unknown };
  return typeof stepId === "string" ? stepId : undefined;
}

/** What user code gets of a step that failed for good in this call: the same as it would get on a replay. */
export function errorForUser(call: OpenCall, step: FoundStep, thrown: unknown): Error {
  const { deadline, runner } = call;
  if (deadline?.isDeadline(thrown) === true) {
    deadline.isDelivered = true;
    return runner.deadlineError(step);
  }
  const error = new StepError(step.request.options.id, serializeError(thrown));
  call.finalErrors.add(error);
  return error;
}
