// step.waitForEvent and step.waitForSignal. A wait without a timeout never ends by itself (R3); `match` and `if` must both
// hold when both are given (R4).
import { isEvent } from "../wire/tagged-events.ts";
import { timeText, type TimeInput } from "../wire/duration.ts";
import {
  readStepOptions,
  readToolOptions,
  type StepOptionsOrId,
  type StepPort,
} from "./step-request.ts";

/** The longest wait that the official server keeps. */
const LONGEST_WAIT = "366d";

export interface WaitForEventOptions {
  /** The event's name, or an event type, whose schema then checks what arrives. */
  readonly event: string | { readonly name: string; readonly schema?: unknown };
  /** Absent: no end. */
  readonly timeout?: TimeInput;
  /** A path such as `data.userId` that must be equal in the triggering and in the awaited event. */
  readonly match?: string;
  /** An expression over `event` (triggering) and `async` (awaited). */
  readonly if?: string;
}

export interface WaitForSignalOptions {
  readonly signal: string;
  readonly timeout?: TimeInput;
  /** What happens when another run waits for this signal. Default: `fail`. */
  readonly onConflict?: "fail" | "replace";
}

export interface ReceivedSignal<TData> {
  readonly signal: string;
  readonly data: TData;
}

export function waitForEventTool(
  port: StepPort,
): (id: StepOptionsOrId, options: WaitForEventOptions) => Promise<unknown> {
  return async (id, wait) => {
    const options = readStepOptions(id);
    const { event, schema } = readAwaited(options.id, wait);
    diagnoseWait(port, options.id, wait);
    return port.perform({
      options,
      stepType: "waitForEvent",
      op: "WaitForEvent",
      wireName: event,
      opts: {
        ...timeoutOf(port, wait.timeout, `The timeout of step.waitForEvent "${options.id}"`),
        ...conditionOf(wait),
      },
      inputs: [],
      ...(port.readEvent === undefined
        ? {}
        : {
            decode: (value: unknown) => (isEvent(value) ? port.readEvent?.(value, schema) : value),
          }),
    });
  };
}

export function waitForSignalTool(
  port: StepPort,
): (id: StepOptionsOrId, options: WaitForSignalOptions) => Promise<unknown> {
  return async (id, wait) => {
    const options = readStepOptions(id);
    const { signal } = readToolOptions(
      wait,
      `step.waitForSignal "${options.id}"`,
      '{ signal: "order-1", timeout: "7d" }',
    );
    return port.perform({
      options,
      stepType: "waitForSignal",
      op: "WaitForSignal",
      wireName: signal,
      opts: {
        signal,
        ...timeoutOf(port, wait.timeout, `The timeout of step.waitForSignal "${options.id}"`),
        conflict: wait.onConflict ?? "fail",
      },
      inputs: [],
    });
  };
}

interface Awaited {
  readonly event: string;
  readonly schema: unknown;
}

function readAwaited(id: string, wait: WaitForEventOptions): Awaited {
  const given = wait?.event;
  const event = typeof given === "string" ? given : given?.name;
  if (typeof event !== "string" || event === "") {
    throw new Error(
      `step.waitForEvent "${id}" names no event: give it { event: "<name>" } or an event type.`,
    );
  }
  return { event, schema: typeof given === "string" ? undefined : given.schema };
}

function diagnoseWait(port: StepPort, id: string, wait: WaitForEventOptions): void {
  if (wait.timeout === undefined || wait.timeout === null) {
    port.diagnose?.(
      "D3",
      `step.waitForEvent "${id}" has no timeout: a run whose event never comes waits for ever. Give it one, such as timeout: "7d", and handle null.`,
    );
  }
  const condition = `event.${wait.match} == async.${wait.match}`;
  if (wait.if?.replaceAll(/\s+/g, " ").trim() === condition) {
    port.diagnose?.(
      "X12",
      `step.waitForEvent "${id}" has match and an "if" that says the same: remove one of them.`,
    );
  }
}

function timeoutOf(
  port: StepPort,
  timeout: TimeInput | undefined,
  field: string,
): { readonly timeout?: string } {
  if (timeout !== undefined && timeout !== null) return { timeout: timeText(timeout, field) };
  return port.keepsWaits ? {} : { timeout: LONGEST_WAIT };
}

function conditionOf(wait: WaitForEventOptions): { readonly if?: string } {
  const match =
    wait.match === undefined || wait.match === ""
      ? undefined
      : `event.${wait.match} == async.${wait.match}`;
  const condition = wait.if === "" ? undefined : wait.if;
  if (match === undefined) return condition === undefined ? {} : { if: condition };
  return { if: condition === undefined ? match : `${match} && (${condition})` };
}
