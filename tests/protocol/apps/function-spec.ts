// What a test function is, said once for both official SDKs: options, triggers and a handler on the step tools they share.
// app-v3.ts and app-v4.ts turn a spec into a function of their version; nothing here depends on either package.

export interface WireEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly id?: string;
  readonly ts?: number;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly v?: string;
}

export interface EventPayload {
  readonly name: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly id?: string;
  readonly ts?: number;
}

export interface WaitOptions {
  readonly event: string;
  readonly timeout: string;
  readonly match?: string;
  readonly if?: string;
}

export interface InvokeOptions {
  readonly function: unknown;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly timeout?: string;
}

export interface SignalOptions {
  readonly signal: string;
  readonly timeout: string;
  readonly onConflict: "fail" | "replace";
}

export interface InferOptions {
  readonly model: unknown;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The step tools that 3.54 and 4.24 have in common, with the types the tests need. */
export interface StepTools {
  run<T>(id: string, work: (...input: unknown[]) => T | Promise<T>): Promise<T>;
  sleep(id: string, duration: number | string): Promise<void>;
  sleepUntil(id: string, time: Date | string): Promise<void>;
  waitForEvent(id: string, options: WaitOptions): Promise<WireEvent | null>;
  invoke(id: string, options: InvokeOptions): Promise<unknown>;
  sendEvent(
    id: string,
    payload: EventPayload | readonly EventPayload[],
  ): Promise<{ ids: string[] }>;
  waitForSignal(
    id: string,
    options: SignalOptions,
  ): Promise<{ signal: string; data: unknown } | null>;
  sendSignal(
    id: string,
    options: { readonly signal: string; readonly data?: unknown },
  ): Promise<unknown>;
  fetch(url: string, init?: RequestInit): Promise<Response>;
  readonly ai: {
    infer(id: string, options: InferOptions): Promise<unknown>;
    readonly models: {
      openai(options: {
        readonly model: string;
        readonly apiKey: string;
        readonly baseUrl: string;
      }): unknown;
    };
  };
}

export interface HandlerContext {
  readonly event: WireEvent;
  readonly events: readonly WireEvent[];
  readonly runId: string;
  readonly attempt: number;
  readonly maxAttempts?: number;
  readonly step: StepTools;
  /** Version 4 only. */
  readonly group?: { parallel<T>(work: () => Promise<T>): Promise<T> };
  /** In an onFailure handler only. */
  readonly error?: Error;
}

export type Handler = (context: HandlerContext) => unknown;

export interface Trigger {
  readonly event?: string;
  readonly if?: string;
  readonly cron?: string;
}

export interface FunctionSpec {
  readonly id: string;
  readonly triggers: readonly Trigger[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly onFailure?: Handler;
  readonly handler: Handler;
}

/** What a set of functions gets from the app process it runs in. */
export interface AppTools {
  readonly version: 3 | 4;
  readonly appId: string;
  readonly NonRetriableError: new (message: string, options?: { cause?: unknown }) => Error;
  readonly RetryAfterError: new (message: string, retryAfter: number | string | Date) => Error;
  /** Something that step.invoke accepts: a function by its short id, of this app unless another is named. */
  reference(functionId: string, appId?: string): unknown;
  /** Tells the test what user code did, and when: nothing the engine stores depends on it. */
  note(topic: string, value?: unknown): void;
  /** Resolves when the test opens the gate of this name. */
  gate(name: string): Promise<void>;
}

export type FunctionSet = (tools: AppTools) => readonly FunctionSpec[];

/** The id that a test put into an event to tell its own notes from those of its neighbours. */
export function idOf(event: WireEvent): string {
  return String(event.data["id"]);
}
