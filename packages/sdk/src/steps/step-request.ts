// What a step tool asks of whoever executes steps: the engine's call, or a mock. Tools only describe; the port decides whether
// the step is remembered, run now, reported or refused.
import type { EventObject } from "../functions/definition.ts";
import type { DurationInput } from "../wire/duration.ts";

/** The wire's name of what is asked (protocol.md 3.4). */
export type RequestedOp =
  | "StepPlanned"
  | "Sleep"
  | "WaitForEvent"
  | "WaitForSignal"
  | "InvokeFunction"
  | "AIGateway"
  | "Gateway";

/** Retries of one step. The server's limit for the function still holds: a step can only ask for fewer attempts. */
export interface StepRetryOptions {
  /** Retries after the first try. */
  readonly attempts?: number;
  /** Time before the first retry: ms or a duration text. Absent: the function's own delays. */
  readonly delay?: DurationInput;
  /** Doubles the delay with each retry. */
  readonly exponential?: boolean;
  /** Upper bound of the delay. */
  readonly maxDelay?: DurationInput;
}

/** An id with options, wherever a step tool takes an id. */
export interface StepOptions {
  id: string;
  /** Shown instead of the id. */
  name?: string;
  /** `race`: continue as soon as one of several parallel steps has finished. */
  parallelMode?: "race" | "wait";
  retry?: StepRetryOptions;
  /** Short for `retry: { attempts }`. */
  readonly retries?: number;
}

/** The id of a step, which is unique in its function, or an object with it. */
export type StepOptionsOrId = string | StepOptions;

/** Handed to an inline step callback as its last argument. */
export interface StepContext {
  /** The author's id. */
  readonly stepId: string;
  readonly runId: string;
  /** The same for all attempts of this step in this run, and different from all others: give it to payment APIs and the like. */
  readonly idempotencyKey: string;
  /** Zero-based. */
  readonly attempt: number;
  readonly maxAttempts: number | undefined;
  /** Aborted when the function's `timeout` passes. */
  readonly signal: AbortSignal;
}

export interface StepRequest {
  readonly options: StepOptions;
  /** `run`, `sleep`, `waitForEvent`, …: the name that middleware sees. */
  readonly stepType: string;
  readonly op: RequestedOp;
  /** Means something for Sleep (time) and WaitForEvent (event name); display only otherwise. */
  readonly wireName?: string;
  readonly opts?: Readonly<Record<string, unknown>>;
  /** Arguments of the callback; recorded, and replaceable when a run is started again from this step. */
  readonly inputs: readonly unknown[];
  /** Absent for steps that the server carries out. */
  readonly handler?: (inputs: readonly unknown[], context: StepContext) => unknown;
  /** Brings the options, as middleware left them, into the form that goes over the wire. */
  readonly encode?: (opts: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** Told what the recorded value means, once it is there. May reject: the step then fails. */
  readonly decode?: (value: unknown) => unknown;
  /** What the op carries beside its data, read after the handler ran. */
  readonly metadata?: () => readonly unknown[] | undefined;
}

export interface SentEvents {
  readonly ids: readonly string[];
}

/** Where step tools put their requests. */
export interface StepPort {
  readonly appId: string;
  /** True when the server keeps a wait without `timeout` for ever; the official one would end it at once (R3). */
  readonly keepsWaits: boolean;
  perform(request: StepRequest): Promise<unknown>;
  sendEvents(payloads: readonly EventObject[], context: StepContext): Promise<SentEvents>;
  sendSignal(signal: string, data: unknown): Promise<{ readonly runId?: string }>;
  publish(message: { channel: string; topic: string; data: unknown }): Promise<void>;
  /** Tells the author of a likely mistake. */
  diagnose?(id: "D3" | "X12", problem: string): void;
  /** Adds what an invocation takes over from the run. */
  withSessions?<T extends { readonly meta?: unknown }>(payload: T): T;
  /** Brings an invocation's data into the form that goes over the wire; absent: it has it already. */
  toWirePayload?(payload: object): object;
  /** Reads an event that a run waited for, and checks it against the schema given or those of the client. */
  readEvent?(event: EventObject, schema: unknown): Promise<EventObject>;
  /** For `step.fetch` inside another step. */
  readonly fetch: typeof fetch;
}

export function readStepOptions(idOrOptions: StepOptionsOrId): StepOptions {
  const options = typeof idOrOptions === "string" ? { id: idOrOptions } : idOrOptions;
  if (typeof options?.id === "string" && options.id !== "") return options;
  throw new Error(
    `The id of a step is ${JSON.stringify(options?.id)}: give each step a text that names what it does, such as "charge-card".`,
  );
}

/**
 * What a tool takes beside the id.
 * @throws Error when it is no object.
 */
export function readToolOptions<T extends object>(given: T, call: string, example: string): T {
  if (typeof given === "object" && given !== null) return given;
  throw new Error(`${call} has no options: give it ${example}.`);
}
