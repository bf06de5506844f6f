// The protocol side of a simulated app (protocol.md 2 to 5, 8.1): replays the program over the memoised steps of a call,
// runs or reports the steps it finds, checkpoints when the app does, and answers. Also the oracle of what an SDK may do.
import { hashStepId, parseQueueItemId, type Json, type JsonObject } from "@everstep/protocol";
import type { Dice } from "../dice.ts";
import { matchExpression, type Program, type SimData } from "./program.ts";
import { FunctionError, isDeep, runProgram, type StepCall } from "./run-program.ts";
import { createStepBoard, StepError, type FoundStep, type StepBoard } from "./step-board.ts";

export interface CallBody {
  readonly ctx: {
    readonly attempt: number;
    readonly disable_immediate_execution: boolean;
    readonly fn_id: string;
    readonly generation_id: number;
    readonly max_attempts: number;
    readonly qi_id: string;
    readonly run_id: string;
    readonly stack: { readonly stack: readonly string[] };
    readonly step_id: string;
  };
  readonly event: { readonly name: string; readonly data: SimData };
  readonly steps: Readonly<Record<string, Json>>;
  readonly version: number;
}

/** How an app's SDK behaves. */
export interface AppTraits {
  readonly sdk: string;
  /** Sent in x-inngest-req-version. */
  readonly requestVersion: number;
  /** Steps buffered before a checkpoint; 0: no checkpoints. */
  readonly checkpointSteps: number;
  /** Sends the generation with checkpoints (v4). */
  readonly isFenced: boolean;
  /** Answers StepFailed on the last attempt by itself. */
  readonly reportsFailed: boolean;
  /** A function that returns while steps are open reports the steps instead of its end (v4). */
  readonly reportsOpenSteps: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyText: string;
}

/** What the app's process gives to one execution. */
export interface AppIo {
  readonly dice: Dice;
  readonly nowMs: () => number;
  delay(ms: number): Promise<void>;
  /** Called when a step's code starts. @returns How often it was started before in this run. */
  beginStep(runId: string, stepId: string, generation: number): number;
  countVisits(runId: string, id: string): number;
  /** @returns Ids of the stored events. @throws When they could not be sent. */
  sendEvents(events: readonly { name: string; data: JsonObject }[]): Promise<readonly string[]>;
  checkpoint(request: {
    readonly runId: string;
    readonly ops: readonly JsonObject[];
    readonly generation?: number;
    readonly jobId?: string;
    readonly callGeneration: number;
  }): Promise<"saved" | "stale" | "failed">;
  /** Something happened that a correct engine cannot cause. */
  violate(invariant: string, message: string): void;
}

interface Execution {
  readonly call: CallBody;
  readonly traits: AppTraits;
  readonly io: AppIo;
  readonly board: StepBoard;
  /** Finished steps that no checkpoint took yet. */
  readonly buffer: JsonObject[];
}

type End = { readonly value: Json } | { readonly error: unknown };

export async function executeCall(
  call: CallBody,
  program: Program,
  { traits, io }: { traits: AppTraits; io: AppIo },
): Promise<Answer> {
  const board = createStepBoard();
  const execution: Execution = { call, traits, io, board, buffer: [] };
  const runId = call.ctx.run_id;
  let end: End | undefined;
  runProgram(program, {
    data: call.event.data,
    step: (step) => board.find(step),
    countVisits: (id) => io.countVisits(runId, id),
  }).then(
    (value) => (end = { value }),
    (error: unknown) => (end = { error }),
  );
  for (;;) {
    // The program goes on until it stands; then it is decided what that means.
    await io.delay(0);
    const target = targetOf(execution);
    if (target !== undefined) return answerOps(execution, [await runStep(execution, target)]);
    const next = call.ctx.stack.stack.find((id) => board.isOpen(id));
    if (next !== undefined) {
      board.settle(next, call.steps[next] ?? null);
      continue;
    }
    if (call.ctx.step_id !== "step") return answerWithoutTarget(execution, end);
    const answer = await answerStanding(execution, end);
    if (answer !== undefined) return answer;
  }
}

function targetOf({ call, board }: Execution): FoundStep | undefined {
  const { step_id: stepId, stack } = call.ctx;
  if (stepId === "step" || !board.isOpen(stepId) || stack.stack.includes(stepId)) return undefined;
  return board.get(stepId);
}

/** The program threw before it came to the step; else the engine asked for a step that is none. */
function answerWithoutTarget(execution: Execution, end: End | undefined): Promise<Answer> | Answer {
  if (end !== undefined && "error" in end) return answerEnd(execution, end);
  const { call, io } = execution;
  const { run_id: runId, step_id: stepId } = call.ctx;
  io.violate("targets", `run ${runId} was asked for step ${stepId}, which its program never finds`);
  return failure(500, new FunctionError("requested step not found", true));
}

/** @returns The answer, or undefined when the program goes on. */
async function answerStanding(
  execution: Execution,
  end: End | undefined,
): Promise<Answer | undefined> {
  const { call, traits, board, io } = execution;
  const open = board.open();
  if (end !== undefined && (open.length === 0 || !traits.reportsOpenSteps || "error" in end)) {
    return answerEnd(execution, end);
  }
  const [first] = open;
  if (first === undefined) {
    io.violate("programs", `run ${call.ctx.run_id}: the program stands without a step`);
    return failure(500, new FunctionError("the program stands", false));
  }
  const isAlone = open.length === 1 && first.call.op === "StepRun";
  if (!isAlone || call.ctx.disable_immediate_execution || end !== undefined) {
    const ops = open.map((step) => reportOf(step, call.event.data, io.nowMs()));
    return answerOps(execution, ops);
  }
  const op = await runStep(execution, first);
  const isSaved = op["op"] === "StepRun" && checkpoints(execution) && call.ctx.attempt === 0;
  if (!isSaved) return answerOps(execution, [op]);
  execution.buffer.push(op);
  if (execution.buffer.length >= traits.checkpointSteps) {
    const outcome = await flush(execution);
    if (outcome === "stale") return staleAnswer();
    if (outcome === "failed") return answerOps(execution, []);
  }
  board.settle(first.stepId, { data: op["data"] ?? null });
  return undefined;
}

function checkpoints({ call, traits }: Execution): boolean {
  return traits.checkpointSteps > 0 && !call.ctx.disable_immediate_execution;
}

/** The op that tells of a step without running it. */
function reportOf({ call, stepId }: FoundStep, data: SimData, nowMs: number): JsonObject {
  const { node } = call;
  const mode = call.isRaceMode ? { parallelMode: "race" } : {};
  const base = { id: stepId, displayName: call.id, userland: { id: call.id } };
  switch (node.kind) {
    case "sleep": {
      const name = node.isDate ? new Date(nowMs + node.ms).toISOString() : `${node.ms}ms`;
      return { ...base, op: "Sleep", name, opts: mode };
    }
    case "wait":
      return {
        ...base,
        op: "WaitForEvent",
        name: node.event,
        opts: { ...waitOpts(call), ...mode },
      };
    case "signal": {
      const { signal, timeoutMs, conflict } = node;
      const opts = { signal, timeout: `${timeoutMs}ms`, conflict, ...mode };
      return { ...base, op: "WaitForSignal", name: signal, opts };
    }
    case "invoke": {
      if (isDeep(data)) break;
      const payload = { data: { k: data.k ?? 0, n: data.n ?? 0, depth: depthBelow(data) } };
      const timeout = node.timeoutMs === undefined ? {} : { timeout: `${node.timeoutMs}ms` };
      const opts = { function_id: node.slug, payload, ...timeout, ...mode };
      return { ...base, op: "InvokeFunction", name: node.slug, opts };
    }
    default:
      break;
  }
  return { ...base, op: "StepPlanned", name: call.id, opts: { type: "step", ...mode } };
}

function waitOpts({ node }: StepCall): JsonObject {
  if (node.kind !== "wait") return {};
  const expression = matchExpression(node.match);
  return {
    event: node.event,
    timeout: node.timeoutMs === 0 ? "" : `${node.timeoutMs}ms`,
    ...(expression === undefined ? {} : { if: expression }),
  };
}

function depthBelow(data: SimData): number {
  return (typeof data.depth === "number" ? data.depth : 0) + 1;
}

async function runStep({ call, traits, io }: Execution, step: FoundStep): Promise<JsonObject> {
  const { run_id: runId, generation_id: generation, attempt, max_attempts: max } = call.ctx;
  const count = io.beginStep(runId, step.stepId, generation);
  const base = {
    id: step.stepId,
    name: step.call.id,
    displayName: step.call.id,
    userland: { id: step.call.id },
    opts: step.call.isRaceMode ? { type: "step", parallelMode: "race" } : { type: "step" },
    // As our SDK sends what handlers log; no two executions log the same.
    logs: [
      {
        at: io.nowMs(),
        level: "info",
        message: `${runId}.${step.stepId}#${count}`,
        step: step.stepId,
      },
    ],
  };
  try {
    const data = await runStepCode(step, { call, io, count });
    return { ...base, op: "StepRun", data };
  } catch (error) {
    const { isRetriable, message } = error as FunctionError;
    const isLast = !isRetriable || (traits.reportsFailed && attempt + 1 >= max);
    const wire = { name: "Error", message, ...(isRetriable ? {} : { noRetry: true }) };
    return { ...base, op: isLast ? "StepFailed" : "StepError", error: wire };
  }
}

async function runStepCode(
  { call: { node }, stepId }: FoundStep,
  { call, io, count }: { call: CallBody; io: AppIo; count: number },
): Promise<Json> {
  const { data } = call.event;
  const mark = `${call.ctx.run_id}.${stepId}#${count}`;
  if (node.kind === "send" && !isDeep(data)) {
    const events = node.events.map(({ name, n }) => ({
      name,
      data: { k: data.k ?? 0, n, depth: depthBelow(data) },
    }));
    return { ids: [...(await io.sendEvents(events))] };
  }
  if (node.kind !== "run") return { mark };
  await io.delay(node.durationMs);
  if (node.isFinal) throw new FunctionError(`${mark} is final`, false);
  if (count < node.failures) throw new FunctionError(`${mark} failed`, true);
  return { mark };
}

async function flush(execution: Execution): Promise<"saved" | "stale" | "failed"> {
  const { call, traits, io, buffer } = execution;
  if (buffer.length === 0) return "saved";
  const { run_id: runId, generation_id: generation, qi_id: qiId } = call.ctx;
  const jobId = parseQueueItemId(qiId);
  const outcome = await io.checkpoint({
    runId,
    ops: buffer,
    callGeneration: generation,
    ...(traits.isFenced ? { generation } : {}),
    ...(jobId === undefined ? {} : { jobId }),
  });
  if (outcome === "saved") buffer.splice(0);
  return outcome;
}

/** 206 with what no checkpoint has taken yet, then the ops. */
function answerOps(execution: Execution, ops: readonly JsonObject[]): Answer {
  const { buffer, traits } = execution;
  const all = [...buffer, ...ops];
  const failed = ops.find((op) => op["op"] === "StepError");
  const node =
    failed === undefined ? undefined : execution.board.get(failed["id"] as string)?.call.node;
  const retryAfterS = node?.kind === "run" ? node.retryAfterS : undefined;
  return {
    status: 206,
    headers: {
      ...headersOf(traits),
      ...(retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) }),
    },
    bodyText: JSON.stringify(all),
  };
}

async function answerEnd(execution: Execution, end: End): Promise<Answer> {
  const { traits } = execution;
  if ("error" in end) {
    if ((await flush(execution)) === "stale") return staleAnswer();
    const { error } = end;
    const isRetriable = error instanceof FunctionError && error.isRetriable;
    const isStep = error instanceof StepError;
    const answer = failure(isRetriable ? 500 : 400, error as Error);
    const noRetry = String(!isRetriable || isStep);
    return { ...answer, headers: { ...headersOf(traits), "x-inngest-no-retry": noRetry } };
  }
  if (!checkpoints(execution)) {
    return { status: 200, headers: headersOf(traits), bodyText: JSON.stringify(end.value) };
  }
  const complete = { id: COMPLETE_ID, op: "RunComplete", name: "complete", data: end.value };
  return answerOps(execution, [complete]);
}

/** The step id under which SDKs report the end of the function. */
const COMPLETE_ID = hashStepId("complete");

function headersOf({ sdk, requestVersion }: AppTraits): Record<string, string> {
  return {
    "content-type": "application/json",
    "x-inngest-sdk": sdk,
    "x-inngest-req-version": String(requestVersion),
  };
}

function staleAnswer(): Answer {
  const answer = failure(400, new FunctionError("stale dispatch", false));
  return { ...answer, headers: { ...answer.headers, "x-inngest-no-retry": "true" } };
}

function failure(status: number, error: Error): Answer {
  return {
    status,
    headers: { "content-type": "application/json", "x-inngest-sdk": "js:v4.24.0" },
    bodyText: JSON.stringify({ name: error.name, message: error.message }),
  };
}
