// What happens at the edges of a call: its handler is chosen, a remembered step is given back, a step is run while there is time,
// and what is promised to middleware and loggers is kept once the answer is given.
import { NonRetriableError } from "../errors.ts";
import { roundTrip } from "../wire/json-text.ts";
import type { WireOp } from "../wire/op.ts";
import { runInScope } from "./async-context.ts";
import type { CallInput } from "./call.ts";
import type { CallAnswers } from "./call-answers.ts";
import type { OpenCall } from "./call-parts.ts";
import { isDeadlineError } from "./deadline.ts";
import type { FoundStep } from "./found-step.ts";
import { recall } from "./step-board.ts";
import type { StepOutcome } from "./step-run.ts";
import type { Turn } from "./turn.ts";

function handlerOf(input: CallInput): (context: Record<string, unknown>) => unknown {
  const { handler, onFailure } = input.function;
  if (!input.isFailureHandler) return handler;
  if (onFailure !== undefined) return onFailure;
  throw new NonRetriableError(
    `The function "${input.function.id}" has no onFailure handler any more.`,
  );
}

/** Settles as the handler does. */
export function startHandler(call: OpenCall, input: CallInput): Promise<unknown> {
  const { phases, scope, context } = call;
  const { hooks } = phases;
  const handler = handlerOf(input);
  return runInScope(scope, async () =>
    hooks.wrapFunctionHandler === undefined
      ? handler(context)
      : hooks.wrapFunctionHandler(async () => handler(context)),
  );
}

/** Gives user code the next result that is remembered. */
export async function recallStep(call: OpenCall, step: FoundStep): Promise<void> {
  const { memo } = step;
  const isLast = call.board.order.positionOf(step.hashedId) >= call.board.order.size - 1;
  const ended = isLast ? call.phases.endReplay() : undefined;
  if (ended !== undefined) await ended;
  if (call.deadline !== undefined && memo?.kind === "error" && isDeadlineError(memo.error)) {
    call.deadline.isDelivered = true;
    step.reject(call.runner.deadlineError(step));
  } else {
    const decoding = recall(step, call.finalErrors);
    if (step.request.decode !== undefined) await decoding;
  }
  call.board.watch();
}

/** Runs the step; past the function's deadline it fails instead. */
export function runInTime(call: OpenCall, step: FoundStep): Promise<StepOutcome> {
  const { deadline, runner } = call;
  if (deadline === undefined || deadline.isDelivered || Date.now() < deadline.atMs) {
    return runner.run(step);
  }
  return runner.failed(step, runner.deadlineError(step), Date.now());
}

/** From here on the server knows of the step, and so does user code. */
export function save(call: OpenCall, { logs }: Turn, op: WireOp): void {
  call.buffer?.add(logs?.attachTo(op) ?? op);
  call.board.order.positionOf(op.id);
}

/** The op of a nested step: sent at once where that is possible, else together with its parent's. */
export async function recordNested(
  call: OpenCall | undefined,
  turn: Turn,
  op: WireOp,
): Promise<void> {
  if (call?.buffer === undefined) {
    turn.nestedOps.push(op);
    return;
  }
  save(call, turn, op);
  // The parent's next attempt may follow in memory, and the engine will not send what the run knows.
  if (turn.options.parkedRuns !== undefined) call.steps[op.id] = { data: roundTrip(op.data) };
  // After a stale answer the parent's callback goes no further; what is not sent goes out with the answer.
  if ((await call.buffer.flush()) !== "stale") return;
  turn.answers.stale();
  await new Promise(() => {});
}

/** Sends what the server does not have. False: that did not work, and the call has been answered. */
export async function flush(call: OpenCall, answers: CallAnswers): Promise<boolean> {
  if (call.buffer === undefined) return true;
  const result = await call.buffer.flush();
  if (result === "sent") return !answers.isGiven;
  if (result === "stale") answers.stale();
  else answers.ops(call.buffer.ops);
  return false;
}

export async function tellResponse(call: OpenCall): Promise<void> {
  try {
    await call.phases.hooks.beforeResponse?.();
    await call.logger.flush();
  } catch (error) {
    // The answer stands: the work is done, whatever middleware makes of it.
    call.ownLogger.error(error);
  }
}
