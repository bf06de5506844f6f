// A run, played by hand with two apps at once: both are given the same call requests and must answer alike; what the first one
// answers decides how the run goes on. Plays the engine's part of protocol.md 4 with fixed results and no time.
import { buildCallBody, toQueueItemId } from "@everstep/protocol";
import type { EventPayload } from "../../protocol/apps/function-spec.ts";
import { canonicalText } from "../../protocol/harness/canonical-text.ts";
import { APP, type WireAnswer, type WireApp, type WireRequest } from "./wire-app.ts";

const RUN_ID = "01HF7Y0000000000000000WIRE";
const MAX_ATTEMPTS = 3;
const CALLS_MAX = 200;
const AT_MS = 1_700_000_000_000;

interface Op {
  readonly op: string;
  readonly id: string;
  readonly name?: string;
  readonly opts?: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
  readonly error?: unknown;
}

/** A call that is still to be made: of the function, or of one planned step. */
interface Due {
  readonly stepId: string;
  readonly attempt: number;
}

export interface Walk {
  readonly official: WireApp;
  readonly ours: WireApp;
  readonly functionId: string;
  readonly event: EventPayload;
  /** Asks what comes next after each end of a step, not after the last of its group. */
  readonly isEager: boolean;
}

export interface Exchange {
  readonly request: WireRequest;
  readonly official: WireAnswer;
  readonly ours: WireAnswer;
}

/** Plays the run to its end. @returns Every call, with both answers. */
export async function walk(run: Walk): Promise<Exchange[]> {
  const state = new RunState();
  const exchanges: Exchange[] = [];
  let due: Due | undefined = { stepId: "step", attempt: 0 };
  while (due !== undefined) {
    if (exchanges.length >= CALLS_MAX) throw new Error(`${run.functionId} does not come to an end`);
    const request = requestOf(run, state, due);
    // One after the other: what they have in common are the test functions, which may hold state.
    const official = await run.official.ask(request);
    const ours = await run.ours.ask(request);
    exchanges.push({ request, official, ours });
    if (official.status === 200) return exchanges;
    state.apply(due, official);
    due = state.next(run.isEager);
  }
  return exchanges;
}

class RunState {
  readonly steps = new Map<string, string>();
  readonly stack: string[] = [];
  readonly #planned = new Set<string>();
  readonly #due: Due[] = [];
  #asksNext = false;
  #hasFailed = false;

  get hasOtherWork(): boolean {
    return this.#due.length > 0;
  }

  apply(due: Due, answer: WireAnswer): void {
    if (answer.status !== 206) {
      const isFinal = answer.headers["x-inngest-no-retry"] === "true";
      this.#hasFailed = isFinal || due.attempt + 1 >= MAX_ATTEMPTS;
      this.#due.unshift({ ...due, attempt: due.attempt + 1 });
      return;
    }
    for (const op of JSON.parse(answer.text) as Op[]) this.#applyOp(due, op);
  }

  next(isEager: boolean): Due | undefined {
    if (this.#hasFailed) return undefined;
    if (this.#asksNext && (isEager || this.#due.length === 0)) {
      this.#asksNext = false;
      return { stepId: "step", attempt: 0 };
    }
    return this.#due.shift();
  }

  #applyOp(due: Due, op: Op): void {
    if (op.op === "StepPlanned") {
      if (this.#planned.has(op.id) || this.steps.has(op.id)) return;
      this.#planned.add(op.id);
      this.#due.push({ stepId: op.id, attempt: 0 });
      return;
    }
    if (op.op === "StepError") {
      this.#due.unshift({ ...due, attempt: due.attempt + 1 });
      return;
    }
    if (this.steps.has(op.id)) return;
    this.steps.set(op.id, canonicalText(resultOf(op)));
    this.stack.push(op.id);
    this.#asksNext = true;
  }
}

/** What the engine would remember of a step that ended, or of one that waited and was answered. */
function resultOf(op: Op): unknown {
  switch (op.op) {
    case "StepRun":
    case "Step":
      return { data: op.data ?? null };
    case "StepFailed":
      return { error: op.error };
    case "Sleep":
      return null;
    case "WaitForEvent":
      return { name: op.name, data: { id: "by-hand", turn: 1, word: "go" }, id: "e", ts: AT_MS };
    case "WaitForSignal":
      return { data: { signal: op.opts?.["signal"], data: { yes: true } } };
    case "InvokeFunction":
      return String(op.opts?.["function_id"]).endsWith("-add")
        ? { data: 3 }
        : { error: { name: "RangeError", message: "the target broke", stack: "s" } };
    case "Gateway":
      return { data: { url: "u", status_code: 202, headers: { "x-answer": "yes" }, body: "ok" } };
    case "AIGateway":
      return { data: { choices: [{ message: { content: "42" } }] } };
    default:
      throw new Error(`no result is known for an op ${op.op}`);
  }
}

function requestOf(run: Walk, state: RunState, { stepId, attempt }: Due): WireRequest {
  const isTargeted = stepId !== "step";
  const body = buildCallBody({
    ctx: {
      attempt,
      disableImmediateExecution: isTargeted || state.hasOtherWork,
      env: "",
      fnId: "",
      generationId: 1,
      jobId: "7",
      maxAttempts: MAX_ATTEMPTS,
      qiId: toQueueItemId("7"),
      requestId: "01HF7Y0000000000000REQUEST",
      runId: RUN_ID,
      stack: state.stack,
      current: state.stack.length,
      stepId,
      useApi: false,
    },
    eventsJson: [canonicalText({ id: "e-1", ts: AT_MS, user: {}, ...run.event })],
    steps: state.steps,
    version: -1,
  });
  return {
    method: "POST",
    query: `?fnId=${APP}-${run.functionId}&stepId=${stepId}`,
    headers: {
      "x-run-id": RUN_ID,
      "x-request-id": "01HF7Y0000000000000REQUEST",
      "x-inngest-generation-id": "1",
      "x-inngest-job-id": "7",
      "x-inngest-req-version": "-1",
      "x-inngest-step-id": stepId,
      traceparent: "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
      tracestate: "inngest@app=a,inngest@fn=f",
    },
    body,
    signed: true,
  };
}
