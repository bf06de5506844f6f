// Builds the trace of a run from what is recorded of it: finished steps, attempts, open timers and waits, and the calls
// that are out now. Pure, and linear in the number of records. How a span is shown is in trace-view.ts.
import type { AttemptRecord, OpFacts, RunDetail, RunHead, Timer } from "@everstep/core";
import type { InFlightCall } from "@everstep/engine";
import { hashStepId } from "@everstep/protocol";
import { describeFinishedStep, describeOpenOp, type StepFacts } from "./step-facts.ts";

export type SpanStatus =
  | "queued"
  | "running"
  | "waiting"
  | "completed"
  | "failed"
  | "cancelled"
  | "skipped";

/** Where the output of a span is kept. */
export type OutputRef =
  | { readonly run: string; readonly root: true }
  | { readonly run: string; readonly step: string }
  | { readonly run: string; readonly attempt: number; readonly step?: string };

export interface Span {
  /** Unique in its trace. */
  readonly key: string;
  readonly name: string;
  readonly status: SpanStatus;
  readonly attempts: number | undefined;
  readonly queuedAtMs: number;
  readonly scheduledAtMs?: number | undefined;
  readonly startedAtMs?: number | undefined;
  readonly endedAtMs?: number | undefined;
  readonly output?: OutputRef | undefined;
  readonly step?: StepFacts | undefined;
  readonly httpStatus?: number | undefined;
  readonly children: readonly Span[];
}

/** The id under which SDKs report that the function itself failed. */
const FUNCTION_END_ID: string = hashStepId("complete");

/** @param inFlight The calls of this run that are out. */
export function buildTrace(
  run: RunHead,
  name: string,
  detail: RunDetail,
  inFlight: readonly InFlightCall[],
): Span {
  const attempts = groupAttempts(detail.attempts);
  const children = [
    ...finishedSteps(run, detail, attempts),
    ...openTimers(run, detail, attempts, inFlight),
    ...openWaits(detail),
    ...abandonedSteps(run, attempts, inFlight),
    ...attempts.ofFunction
      .filter((attempt) => attempt.status === "failed")
      .map((attempt) => attemptSpan(run, attempt)),
  ];
  const madeAttempts = attempts.ofFunction.reduce(
    (most, attempt) => Math.max(most, attempt.attempt + 1),
    run.startedAtMs === undefined ? 0 : 1,
  );
  return {
    key: "root",
    name,
    status: run.status,
    attempts: madeAttempts,
    queuedAtMs: run.createdAtMs,
    startedAtMs: run.startedAtMs,
    endedAtMs: run.endedAtMs,
    output: run.endedAtMs === undefined ? undefined : { run: run.id, root: true },
    children: children.toSorted(byTime),
  };
}

interface Attempts {
  readonly ofFunction: readonly AttemptRecord[];
  /** Steps are taken out once a span of theirs was made; what is left has no other record. */
  readonly ofSteps: Map<string, AttemptRecord[]>;
}

function groupAttempts(records: readonly AttemptRecord[]): Attempts {
  const ofFunction: AttemptRecord[] = [];
  const ofSteps = new Map<string, AttemptRecord[]>();
  for (const attempt of records) {
    if (attempt.stepId === undefined || attempt.stepId === FUNCTION_END_ID) {
      ofFunction.push(attempt);
      continue;
    }
    const group = ofSteps.get(attempt.stepId);
    if (group === undefined) ofSteps.set(attempt.stepId, [attempt]);
    else group.push(attempt);
  }
  return { ofFunction, ofSteps };
}

function takeAttempts(attempts: Attempts, stepId: string): readonly AttemptRecord[] {
  const group = attempts.ofSteps.get(stepId) ?? [];
  attempts.ofSteps.delete(stepId);
  return group;
}

function finishedSteps(run: RunHead, detail: RunDetail, attempts: Attempts): readonly Span[] {
  return detail.steps.map((step): Span => {
    const made = takeAttempts(attempts, step.stepId);
    const last = made.at(-1);
    const status = step.failed ? "failed" : "completed";
    const output: OutputRef = { run: run.id, step: step.stepId };
    const key = `step:${step.stepId}`;
    const children = made.map((attempt) => attemptSpan(run, attempt));
    // A checkpoint or a parallel discovery can settle a step in a call that belongs to no step.
    if (last !== undefined && last.attempt < step.attempt) {
      children.push({
        key: `${key}:last`,
        name: attemptName(step.attempt),
        status,
        attempts: step.attempt + 1,
        queuedAtMs: last.endedAtMs,
        startedAtMs: Math.max(last.endedAtMs, step.startedAtMs),
        endedAtMs: step.endedAtMs,
        output,
        children: [],
      });
    }
    return {
      key,
      name: step.name,
      status,
      attempts: Math.max(step.attempt + 1, children.length),
      queuedAtMs: Math.min(step.queuedAtMs, made[0]?.queuedAtMs ?? Infinity),
      startedAtMs: Math.min(step.startedAtMs, made[0]?.startedAtMs ?? Infinity),
      endedAtMs: step.endedAtMs,
      output,
      step: describeFinishedStep(step),
      httpStatus: last?.httpStatus,
      children: children.length > 1 ? children : [],
    };
  });
}

/** Planned and retrying steps, outbound requests and sleeps; waits come from their own records while they have them. */
function openTimers(
  run: RunHead,
  detail: RunDetail,
  attempts: Attempts,
  inFlight: readonly InFlightCall[],
): readonly Span[] {
  const calls = new Map(inFlight.map((call) => [call.timerId, call]));
  const done = new Set(detail.steps.map((step) => step.stepId));
  const waiting = new Set(detail.waits.map((wait) => wait.op?.stepId));
  const spans: Span[] = [];
  for (const timer of detail.timers) {
    const { op } = timer;
    if (op === undefined || done.has(op.stepId)) continue;
    if (timer.kind === "call" || timer.kind === "request") {
      const made = takeAttempts(attempts, op.stepId);
      spans.push(openStepSpan({ run, timer, op, made, call: calls.get(timer.id) }));
    } else if (!waiting.has(op.stepId)) {
      spans.push({
        key: `step:${op.stepId}`,
        name: op.name,
        status: "waiting",
        attempts: undefined,
        queuedAtMs: timer.queuedAtMs,
        startedAtMs: timer.queuedAtMs,
        step: describeOpenOp(op, { queuedAtMs: timer.queuedAtMs, untilMs: timer.dueAtMs }),
        children: [],
      });
    }
  }
  return spans;
}

interface OpenStep {
  readonly run: RunHead;
  readonly timer: Timer;
  readonly op: OpFacts;
  readonly made: readonly AttemptRecord[];
  readonly call: InFlightCall | undefined;
}

function openStepSpan({ run, timer, op, made, call }: OpenStep): Span {
  const key = `step:${op.stepId}`;
  const status = call === undefined ? "queued" : "running";
  const scheduledAtMs = call === undefined ? timer.dueAtMs : undefined;
  const children = made.map((attempt) => attemptSpan(run, attempt));
  if (made.length > 0) {
    children.push({
      key: `${key}:next`,
      name: attemptName(timer.attempt),
      status,
      attempts: timer.attempt + 1,
      queuedAtMs: made.at(-1)?.endedAtMs ?? timer.queuedAtMs,
      scheduledAtMs,
      startedAtMs: call?.startedAtMs,
      children: [],
    });
  }
  return {
    key,
    name: op.name,
    status,
    attempts: call === undefined ? timer.attempt : timer.attempt + 1,
    queuedAtMs: timer.queuedAtMs,
    scheduledAtMs,
    startedAtMs: made[0]?.startedAtMs ?? call?.startedAtMs,
    step: describeOpenOp(op, { queuedAtMs: timer.queuedAtMs }),
    httpStatus: made.at(-1)?.httpStatus,
    children,
  };
}

function openWaits(detail: RunDetail): readonly Span[] {
  return detail.waits.flatMap((wait): readonly Span[] => {
    if (wait.op === undefined) return [];
    const times = { queuedAtMs: wait.createdAtMs, untilMs: wait.expiresAtMs };
    return [
      {
        key: `step:${wait.op.stepId}`,
        name: wait.op.name,
        status: "waiting",
        attempts: undefined,
        queuedAtMs: wait.createdAtMs,
        startedAtMs: wait.createdAtMs,
        step: describeOpenOp(wait.op, times, wait),
        children: [],
      },
    ];
  });
}

/** Steps that have attempts only: their retry is made by a discovery call, or their run ended before they did. */
function abandonedSteps(
  run: RunHead,
  attempts: Attempts,
  inFlight: readonly InFlightCall[],
): readonly Span[] {
  return [...attempts.ofSteps].flatMap(([stepId, made]): readonly Span[] => {
    const [first, last] = [made[0], made.at(-1)];
    if (first === undefined || last === undefined) return [];
    const call = inFlight.find((each) => each.stepId === undefined || each.stepId === stepId);
    const liveStatus = call === undefined ? "queued" : "running";
    const ended = run.endedAtMs !== undefined;
    const endedStatus = run.status === "cancelled" ? "cancelled" : "failed";
    return [
      {
        key: `step:${stepId}`,
        name: first.stepName ?? stepId,
        status: ended ? endedStatus : liveStatus,
        attempts: Math.max(last.attempt + 1, made.length),
        queuedAtMs: first.queuedAtMs,
        scheduledAtMs: ended || call !== undefined ? undefined : last.retryAtMs,
        startedAtMs: first.startedAtMs,
        endedAtMs: ended ? run.endedAtMs : undefined,
        output: ended ? attemptRef(run, last) : undefined,
        step: { op: "RUN", stepId },
        httpStatus: last.httpStatus,
        children: made.map((attempt) => attemptSpan(run, attempt)),
      },
    ];
  });
}

function attemptSpan(run: RunHead, attempt: AttemptRecord): Span {
  return {
    key: `attempt:${attempt.generation}:${attempt.stepId ?? ""}`,
    name: attemptName(attempt.attempt),
    status: attempt.status === "failed" ? "failed" : "completed",
    attempts: attempt.attempt + 1,
    queuedAtMs: attempt.queuedAtMs,
    startedAtMs: attempt.startedAtMs,
    endedAtMs: attempt.endedAtMs,
    output: attemptRef(run, attempt),
    httpStatus: attempt.httpStatus,
    children: [],
  };
}

function attemptRef(run: RunHead, attempt: AttemptRecord): OutputRef {
  const step = attempt.stepId === undefined ? {} : { step: attempt.stepId };
  return { run: run.id, attempt: attempt.generation, ...step };
}

function attemptName(attempt: number): string {
  return `Attempt ${attempt + 1}`;
}

/** Sorting is stable, so steps of one instant stay in the order of completion. */
function byTime(left: Span, right: Span): number {
  const started = (span: Span): number => span.startedAtMs ?? Infinity;
  if (left.queuedAtMs !== right.queuedAtMs) return left.queuedAtMs - right.queuedAtMs;
  return started(left) === started(right) ? 0 : started(left) - started(right);
}
