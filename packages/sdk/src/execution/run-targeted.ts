// Runs one found step of a parked run for a call of its own, while the run stays where it is.
import { encloseLogs, LogBuffer } from "../logging/log-buffer.ts";
import type { CallOutput } from "./call.ts";
import { tellFailure } from "./call-end.ts";
import { openRunner, type OpenCall } from "./call-parts.ts";
import type { FoundStep } from "./found-step.ts";
import type { StepNews } from "./step-board.ts";
import type { Turn } from "./turn.ts";

/** For the step's callback alone: what steps inside it came to in earlier attempts. User code gets nothing of it. */
export function withNews(call: OpenCall, { stack, steps }: StepNews): OpenCall {
  return stack.length === 0 ? call : { ...call, steps: { ...call.steps, ...steps } };
}

/** The answer holds the step's op alone. Never rejects. */
export async function runTargeted(
  call: OpenCall,
  step: FoundStep,
  { answers, nestedOps, input, options }: Turn,
): Promise<CallOutput> {
  const logs = options.takesLogs === true ? new LogBuffer() : undefined;
  const runner = openRunner({ ...call, logs }, input, {
    record: async (op) => void nestedOps.push(op),
    isOver: () => answers.isGiven,
  });
  try {
    const outcome = await runner.run(step);
    tellFailure(call, outcome);
    answers.ops([...nestedOps, outcome.op], outcome.failure);
  } catch (error) {
    answers.error(error, answers.retriabilityOf(error, call.finalErrors));
  }
  return encloseLogs(await answers.answer, logs);
}
