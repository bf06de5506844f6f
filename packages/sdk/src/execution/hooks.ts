// Where middleware takes part in a call. The v3 and v4 forms of middleware are adapted to this one shape (middleware/).
import type { EventObject } from "../functions/definition.ts";
import type { StepOptions } from "../steps/step-request.ts";
import type { CallOutput } from "./call.ts";

/** A memoised step as hooks see it. */
export interface MemoizedStep {
  readonly id: string;
  readonly data?: unknown;
  readonly error?: unknown;
}

export interface StepScope {
  /** The user's id and the hash on the wire. */
  readonly id: string;
  readonly hashedId: string;
  readonly name: string;
  /** `run`, `sendEvent`, `sleep`, `waitForEvent`, `invoke`, `waitForSignal`, `ai.infer`, `ai.wrap`, `fetch`, … */
  readonly stepType: string;
  /** As the author gave them. */
  readonly options: StepOptions;
  /** Arguments of the callback; options of an invocation or of a wait for an event. */
  readonly input: readonly unknown[];
  readonly attempt: number;
  readonly isMemoized: boolean;
  /** Gives the step another id or name, and this scope what follows from it; there while the step's input is transformed. */
  readonly rename?: (options: Pick<StepOptions, "id" | "name">) => void;
}

/** What came of a send. */
export interface SendResult {
  readonly ids: readonly string[];
}

/** Every member may be absent; several middlewares are folded into one object, first listed outermost. */
export interface ExecutionHooks {
  transformInput?(input: {
    readonly ctx: Record<string, unknown>;
    readonly steps: readonly MemoizedStep[];
  }): Promise<
    | {
        readonly ctx?: Record<string, unknown>;
        readonly steps?: readonly MemoizedStep[];
      }
    | undefined
  >;
  beforeMemoization?(): Promise<void> | void;
  afterMemoization?(): Promise<void> | void;
  beforeExecution?(): Promise<void> | void;
  afterExecution?(): Promise<void> | void;
  /** The handler itself. */
  wrapFunctionHandler?(next: () => Promise<unknown>): Promise<unknown>;
  /** Each step on each call; `next()` stays pending until the step has a result. */
  wrapStep?(scope: StepScope, next: () => Promise<unknown>): Promise<unknown>;
  /** Each attempt of a step's callback. */
  wrapStepHandler?(scope: StepScope, next: () => Promise<unknown>): Promise<unknown>;
  transformStepInput?(scope: StepScope, input: readonly unknown[]): Promise<readonly unknown[]>;
  /** Result of a step or of the function, before it is serialised. */
  transformOutput?(output: {
    readonly data?: unknown;
    readonly error?: unknown;
    readonly step?: StepScope;
    /** Of an error: no attempt follows. */
    readonly isFinal?: boolean;
  }): Promise<{ readonly data?: unknown; readonly error?: unknown }>;
  finished?(output: {
    readonly data?: unknown;
    readonly error?: unknown;
    readonly isFinal?: boolean;
  }): Promise<void> | void;
  beforeResponse?(): Promise<void> | void;
  /** Around everything else of the call, its other hooks too. */
  wrapRequest?(next: () => Promise<CallOutput>): Promise<CallOutput>;
  /** Around one send, behind transformSendEvents: of `step.sendEvent`, and of `send` outside of runs. */
  wrapSend?(
    payloads: readonly EventObject[],
    next: (payloads: readonly EventObject[]) => Promise<SendResult>,
  ): Promise<SendResult>;
  transformSendEvents?(payloads: readonly EventObject[]): Promise<readonly EventObject[]>;
}
