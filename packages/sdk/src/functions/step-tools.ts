// The types of `step`, as authors see them: names, arguments and results follow the client's events and the invoked function.
// The behaviour is in steps/; this file has no code.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type {
  EventFor,
  EventName,
  KnownPayload,
  OneOrMany,
  SendableName,
  SendPayload,
} from "../schemas/event-registry.ts";
import type { EventMeta, SendEventBaseOutput } from "../schemas/event-payload.ts";
import type { EventType } from "../schemas/event-type.ts";
import type { Jsonify } from "../schemas/jsonify.ts";
import type { DurationInput, InstantLike, TimeInput, ZonedDateTimeLike } from "../wire/duration.ts";
import type { InvokeInputOf, InvokeTarget, TransformedInvokeOutputOf } from "./invoke-target.ts";
import type { TransformedOutput } from "./output-transforms.ts";
import type { AiModels } from "../steps/ai-models/ai-models.ts";
import type { AiModel } from "../steps/ai-models/ai-model.ts";
import type { StepFetch } from "../steps/fetch-tool.ts";
import type { RealtimeMessage, TopicRef } from "../client/realtime.ts";
import type { SagaTool } from "../steps/saga.ts";
import type { StepContext, StepOptionsOrId } from "../steps/step-request.ts";

/** Options of `step.waitForEvent`. */
export interface WaitForEventOptions<TEvent> {
  /** A name or an event type. */
  event: TEvent;
  /** How long to wait, or until when; then the result is null. Absent: until the event comes or the run ends. */
  timeout?: TimeInput | undefined;
  /** CEL over `event` (that started the run) and `async` (that is waited for). */
  if?: string | undefined;
  /** `data.userId`: the same value in both events. Together with `if`, both must hold. */
  match?: string | undefined;
}

/** Options of `step.waitForSignal`. */
export interface WaitForSignalOptions {
  signal: string;
  timeout?: TimeInput | undefined;
  /** When another run waits for the same signal: fail this step, or take the signal over. */
  onConflict?: "fail" | "replace" | undefined;
}

/** Options of `step.invoke` besides the data. */
interface InvokeEnvelope {
  user?: any;
  v?: string | undefined;
  meta?: EventMeta | undefined;
  /** How long to wait for the result; the invoked run goes on afterwards. */
  timeout?: TimeInput | undefined;
}

/** Options of `step.invoke`. `data` is required where the invoked function requires it. */
export type InvokeOptions<TTarget extends InvokeTarget> = { function: TTarget } & InvokeEnvelope &
  InvokeDataOption<InvokeInputOf<TTarget>>;

type InvokeDataOption<TData> = 0 extends 1 & TData
  ? { data?: any }
  : unknown extends TData
    ? { data?: any }
    : Partial<TData> extends TData
      ? { data?: TData }
      : { data: TData };

/**
 * Runs a callback once and remembers its result. Arguments after the callback are given to it and recorded. An inline callback
 * with one parameter more than there are arguments gets a StepContext there (idempotency key, attempt, abort signal).
 */
export interface RunTool<TTransforms extends readonly unknown[] = readonly []> {
  <TResult>(
    idOrOptions: StepOptionsOrId,
    callback: (context: StepContext) => TResult,
  ): Promise<TransformedOutput<Awaited<TResult>, TTransforms>>;
  <TInputs extends readonly unknown[], TResult>(
    idOrOptions: StepOptionsOrId,
    callback: (...inputs: TInputs) => TResult,
    ...inputs: TInputs
  ): Promise<TransformedOutput<Awaited<TResult>, TTransforms>>;
}

/** AI calls as steps. */
export interface AiTools<TTransforms extends readonly unknown[] = readonly []> {
  /** Has the engine make the model call; no compute of the app is used meanwhile. Gives the provider's answer. */
  infer<TAnswer = any>(
    idOrOptions: StepOptionsOrId,
    options: {
      model: AiModel<TAnswer>;
      body: Readonly<Record<string, any>>;
      [extra: string]: unknown;
    },
  ): Promise<TAnswer>;
  /** As `step.run`, shown as an AI call. */
  wrap: RunTool<TTransforms>;
  /** Makers of models. */
  models: AiModels;
}

/** Publishing to channels as a step: a topic with data, or a message of the v3 form. Gives the data back. */
export interface PublishTool {
  <TData>(idOrOptions: StepOptionsOrId, topic: TopicRef<TData>, data: TData): Promise<TData>;
  <TData>(
    idOrOptions: StepOptionsOrId,
    message: RealtimeMessage<TData> | Promise<RealtimeMessage<TData>>,
  ): Promise<TData>;
}

/**
 * The step tools of a handler. Each call is durable: it happens once in a run, however often the function is called for it.
 *
 * @example
 * const user = await step.run("load-user", () => db.users.get(event.data.userId));
 */
export interface StepTools<
  TEvents extends object = object,
  TStrict = false,
  TSent = SendEventBaseOutput,
  TStepTransforms extends readonly unknown[] = readonly [],
  TFunctionTransforms extends readonly unknown[] = readonly [],
> {
  /**
   * Runs the callback once and remembers what it returns, as JSON gives it back (dates become text, nothing becomes null) or
   * as middleware declares that it does (`stepOutputTransform`).
   * A throw is retried on its own; when its retries are used up, the step rejects with a StepError.
   *
   * @param input Given to the callback, and recorded.
   */
  run: RunTool<TStepTransforms>;
  /** Waits without using compute: milliseconds, "10s" … "366d", or a Temporal.Duration. Whole seconds. */
  sleep(idOrOptions: StepOptionsOrId, time: DurationInput): Promise<void>;
  /** Waits until a point in time; one in the past passes at once. @throws when the time is invalid. */
  sleepUntil(
    idOrOptions: StepOptionsOrId,
    time: Date | string | InstantLike | ZonedDateTimeLike,
  ): Promise<void>;
  /**
   * Waits for an event that arrives after this call, and gives it back; null when the timeout passes first.
   *
   * @example
   * const paid = await step.waitForEvent("wait-payment", {
   *   event: "shop/order.paid",
   *   timeout: "7d",
   *   match: "data.orderId",
   * });
   */
  waitForEvent<const TEvent extends EventName<TEvents, TStrict> | EventType>(
    idOrOptions: StepOptionsOrId,
    options: WaitForEventOptions<TEvent>,
  ): Promise<EventFor<TEvents, TEvent> | null>;
  /** Sends events once in the run, even when the step is retried. */
  sendEvent<TName extends SendableName<TEvents, TStrict>>(
    idOrOptions: StepOptionsOrId,
    payload: OneOrMany<SendPayload<TEvents, TName> | KnownPayload<TEvents>>,
  ): Promise<TSent>;
  /**
   * Runs another function and gives back its result. Rejects when it fails or does not end within `timeout`.
   *
   * @example
   * const url = await step.invoke("resize", { function: resize, data: { url: "https://cdn.example/a.png" } });
   */
  invoke<TTarget extends InvokeTarget>(
    idOrOptions: StepOptionsOrId,
    options: InvokeOptions<TTarget>,
  ): Promise<TransformedInvokeOutputOf<TTarget, TFunctionTransforms>>;
  /** Waits for a signal; null when the timeout passes first. */
  waitForSignal<TData = any>(
    idOrOptions: StepOptionsOrId,
    options: WaitForSignalOptions,
  ): Promise<{ signal: string; data: Jsonify<TData> } | null>;
  /** Sends a signal to the run that waits for it. */
  sendSignal(
    idOrOptions: StepOptionsOrId,
    options: { signal: string; data?: unknown },
  ): Promise<{ runId?: string }>;
  /** AI calls. */
  ai: AiTools<TStepTransforms>;
  /** A `fetch` that the engine makes as a step; inside a step's callback and outside of runs a plain one. */
  fetch: StepFetch;
  /** Realtime messages. */
  realtime: { publish: PublishTool };
  /** Steps with compensations: when the body throws, what was done is undone in reverse order (R12). */
  saga: SagaTool;
}
