// A call request made by hand, as protocol.md 2.3 describes it: checks that the SDKs understand what our engine is to send.
import type { AppProcess } from "./app-process.ts";

export interface HandMadeCall {
  readonly functionId: string;
  /** `step`, or the hashed id of a planned step. */
  readonly stepId?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly steps?: Readonly<Record<string, unknown>>;
  readonly version?: number;
  readonly attempt?: number;
  readonly maxAttempts?: number;
  readonly forceStepPlan?: boolean;
}

export interface CallAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export async function callByHand(app: AppProcess, call: HandMadeCall): Promise<CallAnswer> {
  const stepId = call.stepId ?? "step";
  const query = `?fnId=${app.appId}-${call.functionId}&stepId=${stepId}`;
  const response = await fetch(`${app.url}${query}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-run-id": "01J00000000000000000000000",
      "x-inngest-req-version": String(call.version ?? -1),
      "x-inngest-generation-id": "1",
    },
    body: JSON.stringify(callBody(app, call, stepId)),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

function callBody(app: AppProcess, call: HandMadeCall, stepId: string): object {
  // Version 4 refuses an event that none of the function's triggers names.
  const event = {
    name: `${app.appId}/${call.functionId}`,
    data: { id: "by-hand", ...call.data },
    id: "01J0",
    ts: 1_700_000_000_000,
    user: {},
  };
  const stack = Object.keys(call.steps ?? {});
  return {
    ctx: {
      // Empty: with an id the SDK would checkpoint to an engine that is not there.
      fn_id: "",
      run_id: "01J00000000000000000000000",
      env: "",
      step_id: stepId,
      attempt: call.attempt ?? 0,
      max_attempts: call.maxAttempts ?? 5,
      stack: { stack, current: stack.length },
      qi_id: "",
      disable_immediate_execution: call.forceStepPlan ?? false,
      use_api: false,
    },
    event,
    events: [event],
    steps: call.steps ?? {},
    version: call.version ?? -1,
    use_api: false,
  };
}
