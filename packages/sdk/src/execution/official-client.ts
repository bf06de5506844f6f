// Asks a handler of the official SDK, over its edge adapter and without a server, what it answers to a call.
import type { CallInput } from "./call.ts";
import { executeCall } from "./execute.ts";
import type { OfficialCall } from "./official-calls.ts";
import { testInput } from "./test-call.ts";

export interface PlainAnswer {
  readonly status: number;
  readonly noRetry: string | null;
  readonly retryAfter: string | null;
  /** JSON text with stacks and timings taken out. */
  readonly body: string;
}

export type OfficialHandler = (request: Request) => Promise<Response>;

export async function askOfficial(
  handler: OfficialHandler,
  state: Partial<CallInput>,
): Promise<PlainAnswer> {
  const response = await handler(
    new Request(`http://app.test/api/inngest?fnId=app-fn&stepId=${state.targetStepId ?? "step"}`, {
      method: "POST",
      headers: { "content-type": "application/json", host: "app.test" },
      body: JSON.stringify(bodyOf(state)),
    }),
  );
  return {
    status: response.status,
    noRetry: response.headers.get("x-inngest-no-retry"),
    retryAfter: response.headers.get("retry-after"),
    body: plainText(await response.text()),
  };
}

export async function askOurs(call: OfficialCall): Promise<PlainAnswer> {
  const answer = await executeCall(testInput({ handler: call.handler }, call.state));
  return {
    status: answer.status,
    noRetry: answer.headers["x-inngest-no-retry"] ?? null,
    retryAfter: answer.headers["retry-after"] ?? null,
    body: plainText(answer.body),
  };
}

function bodyOf(state: Partial<CallInput>): object {
  const input = testInput({ handler: () => null }, state);
  return {
    version: -1,
    event: input.event,
    events: input.events,
    steps: input.steps,
    ctx: {
      run_id: input.runId,
      fn_id: input.fnId,
      attempt: input.attempt,
      max_attempts: input.maxAttempts,
      stack: { stack: input.stack, current: input.stack.length },
      disable_immediate_execution: input.disableImmediateExecution,
      use_api: false,
      qi_id: "cXVldWU=",
    },
  };
}

export function plainText(text: string): string {
  return text
    .replace(/"stack":"(?:[^"\\]|\\.)*"/g, '"stack":""')
    .replace(/"timing":\{[^}]*\}/g, '"timing":{}');
}
