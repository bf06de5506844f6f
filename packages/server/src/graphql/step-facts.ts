// What the trace says about a step besides its times: the kind of step, and what it slept or waited for. Read from the
// op's opts (protocol.md 3.4) and, while it is open, from its timer or wait.
import type { OpFacts, StepRecord, Wait } from "@everstep/core";
import { type JsonText, LIMITS, parseTimeOrDurationMs } from "@everstep/protocol";

export type StepOp =
  | "RUN"
  | "SLEEP"
  | "WAIT_FOR_EVENT"
  | "INVOKE"
  | "SEND_EVENT"
  | "AI_GATEWAY"
  | "WAIT_FOR_SIGNAL";

export interface StepFacts {
  readonly op: StepOp;
  readonly stepId: string;
  /** `opts.type` as the SDK sent it, such as `step.ai.wrap`. */
  readonly type?: string | undefined;
  readonly info?: StepInfo | undefined;
}

export type StepInfo =
  | { readonly kind: "sleep"; readonly untilMs: number }
  | {
      readonly kind: "event";
      /** Absent when the op is gone and its opts do not say it: then the found event does. */
      readonly eventName?: string | undefined;
      readonly expression?: string | undefined;
      readonly timeoutMs: number;
      readonly foundEventId?: string | undefined;
      readonly timedOut?: boolean | undefined;
    }
  | {
      readonly kind: "invoke";
      readonly functionSlug: string;
      readonly timeoutMs: number;
      readonly triggeringEventId?: string | undefined;
      readonly returnEventId?: string | undefined;
      readonly runId?: string | undefined;
      readonly timedOut?: boolean | undefined;
    }
  | {
      readonly kind: "signal";
      readonly signal: string;
      readonly timeoutMs: number;
      readonly timedOut?: boolean | undefined;
    }
  | { readonly kind: "run"; readonly type: string };

export interface OpenTimes {
  readonly queuedAtMs: number;
  /** When the sleep or the wait ends; absent: never. */
  readonly untilMs?: number | undefined;
}

interface StepOpts {
  readonly type?: unknown;
  readonly timeout?: unknown;
  readonly event?: unknown;
  readonly if?: unknown;
  readonly signal?: unknown;
  readonly function_id?: unknown;
}

export function describeFinishedStep(step: StepRecord): StepFacts {
  const opts = parseOpts(step.opts);
  const timeoutMs = timeoutOf(opts, step.queuedAtMs);
  const { eventId, runId } = step.resolvedBy ?? {};
  const timedOut = step.resolvedBy?.timedOut === true;
  const facts = { op: stepOp(step.op, opts), stepId: step.stepId, type: textOf(opts.type) };
  switch (facts.op) {
    case "SLEEP":
      return { ...facts, info: { kind: "sleep", untilMs: step.endedAtMs } };
    case "WAIT_FOR_EVENT":
      return {
        ...facts,
        info: { ...eventWait(opts), timeoutMs, foundEventId: eventId, timedOut },
      };
    case "INVOKE":
      return {
        ...facts,
        info: {
          kind: "invoke",
          functionSlug: textOf(opts.function_id) ?? "",
          timeoutMs,
          returnEventId: eventId,
          runId,
          timedOut,
        },
      };
    case "WAIT_FOR_SIGNAL":
      return { ...facts, info: { ...signalWait(opts, step.name), timeoutMs, timedOut } };
    default:
      return { ...facts, info: runInfo(facts.type) };
  }
}

/** @param wait Of an op that waits; absent when another run took its signal and only its timeout is left. */
export function describeOpenOp(op: OpFacts, times: OpenTimes, wait?: Wait): StepFacts {
  const opts = parseOpts(op.optsJson);
  const facts = { op: stepOp(op.op, opts), stepId: op.stepId, type: textOf(opts.type) };
  const timeoutMs = times.untilMs ?? timeoutOf(opts, times.queuedAtMs);
  switch (facts.op) {
    case "SLEEP":
      return { ...facts, info: { kind: "sleep", untilMs: timeoutMs } };
    case "WAIT_FOR_EVENT":
      return { ...facts, info: { ...eventWait(opts, wait?.eventName), timeoutMs } };
    case "INVOKE":
      return {
        ...facts,
        info: {
          kind: "invoke",
          functionSlug: textOf(opts.function_id) ?? "",
          timeoutMs,
          triggeringEventId: wait?.invoked?.eventId,
          runId: wait?.invoked?.runId,
        },
      };
    case "WAIT_FOR_SIGNAL":
      return { ...facts, info: { ...signalWait(opts, wait?.matchKey ?? op.name), timeoutMs } };
    default:
      return { ...facts, info: runInfo(facts.type) };
  }
}

function stepOp(op: string, opts: StepOpts): StepOp {
  switch (op) {
    case "Sleep":
      return "SLEEP";
    case "WaitForEvent":
      return "WAIT_FOR_EVENT";
    case "InvokeFunction":
      return "INVOKE";
    case "AIGateway":
      return "AI_GATEWAY";
    case "WaitForSignal":
      return "WAIT_FOR_SIGNAL";
    default:
      return opts.type === "step.sendEvent" ? "SEND_EVENT" : "RUN";
  }
}

interface EventWait {
  kind: "event";
  eventName: string | undefined;
  expression: string | undefined;
}

/** Go names the event in `opts.event`, the others in the op's own name, which only an open wait still has. */
function eventWait(opts: StepOpts, openName?: string): EventWait {
  return { kind: "event", eventName: textOf(opts.event) ?? openName, expression: textOf(opts.if) };
}

function signalWait(opts: StepOpts, name: string): { kind: "signal"; signal: string } {
  return { kind: "signal", signal: textOf(opts.signal) ?? name };
}

function runInfo(type: string | undefined): StepInfo | undefined {
  return type === undefined ? undefined : { kind: "run", type };
}

function timeoutOf(opts: StepOpts, fromMs: number): number {
  const text = textOf(opts.timeout);
  const atMs = text === undefined ? undefined : parseTimeOrDurationMs(text, fromMs);
  return atMs ?? fromMs + LIMITS.waitDefaultMs;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function parseOpts(optsJson: JsonText | undefined): StepOpts {
  if (optsJson === undefined || optsJson === "{}") return {};
  return JSON.parse(optsJson) as StepOpts;
}
