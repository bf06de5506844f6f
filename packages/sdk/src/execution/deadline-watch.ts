// What a call does about the function's deadline (deadline.ts) besides limiting its steps.
import type { OpenCall } from "./call-parts.ts";

/**
 * The deadline as a step in the stack: its turn comes after all that was finished before it, and what is in flight then gets
 * its TimeoutError. Returns whether it was delivered now.
 */
export function deliverDeadline({ deadline, board, runner, steps }: OpenCall): boolean {
  if (deadline === undefined || deadline.isDelivered) return false;
  if (!Object.hasOwn(steps, deadline.markerHash)) return false;
  const first = board.order.firstPosition();
  const isDue = first === undefined || first > board.order.positionOf(deadline.markerHash);
  if (!isDue || (first === undefined && board.fresh.size === 0)) return false;
  deadline.isDelivered = true;
  const inFlight = [...board.order.takeAll(), ...board.fresh];
  board.fresh.clear();
  for (const step of inFlight) step.reject(runner.deadlineError(step));
  board.watch();
  return true;
}

/** Calls back when the function has to end: at the end of its time for cleaning up. Returns how to call it off. */
export function watchDeadline(call: OpenCall, end: () => void): () => void {
  const { deadline, board } = call;
  if (deadline === undefined) return () => {};
  const stops = [
    // A function without steps has nothing that could throw the TimeoutError.
    deadline.onPassed(deadline.atMs, () => {
      if (!board.hasSteps) end();
    }),
    deadline.onPassed(deadline.graceEndMs, end),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
