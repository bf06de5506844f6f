// The public face of the package `everstep`: the client, functions, events, steps, errors and the types that apps derive from
// them. `Inngest…` names are the same things under the names of the official SDK. Adapters for frameworks are subpaths, and
// InngestCommHandler loads what it needs with its first request: this entry stays below 40 kB min+gz. Every type that
// the compiler infers for what apps export has a name here or in the adapter's entry, so that apps can emit declarations.
export { Everstep, Everstep as Inngest } from "./client/everstep.ts";
export type {
  BaseContext,
  ClientOptionsFromInngest,
  Context,
  EventNameFromTrigger,
  EventsFromOpts,
  ExclusiveKeys,
  GetEvent,
  GetEvents,
  GetFunctionInput,
  GetFunctionOutput,
  GetFunctionOutputRaw,
  GetStepTools,
  Handler,
  IsStringLiteral,
  MaybePromise,
  SendEventPayload,
  StrictUnion,
  StrictUnionHelper,
  UnionKeys,
  WithoutInternal,
} from "./client/inference.ts";
export type { ClientOptions } from "./client/client-options.ts";
export { EventSendError } from "./client/event-send-error.ts";
export type {
  GroupExperiment,
  LiteralZodEventSchema,
  LogArg,
  OutgoingOp,
  ZodEventSchemas,
} from "./client/official-names.ts";
export { headerKeys, internalEvents, queryKeys, slugify } from "./client/protocol-names.ts";
export {
  isInngest,
  isInngestFunction,
  isInngestMiddleware,
  isInngestRequest,
} from "./client/recognize.ts";
export { fetch } from "./client/durable-fetch.ts";
export {
  realtime,
  type Channel,
  type RealtimeClient,
  type RealtimeMessage,
  type SubscriptionToken,
  type TopicRef,
} from "./client/realtime.ts";
export type { SendSignalResponse } from "./client/send-signal.ts";

export type { CallInput, CallOutput } from "./execution/call.ts";
export type { MemoizedStep, SendResult } from "./execution/hooks.ts";
export {
  deserializeError,
  isSerializedError,
  NestedStepError,
  NonRetriableError,
  RetryAfterError,
  serializeError,
  StepError,
  TimeoutError,
  type SerializedError,
} from "./errors.ts";

export { ConsoleLogger, type LogLevel } from "./logging/console-logger.ts";
export { wrapStringFirstLogger } from "./logging/message-first.ts";
export { UnsupportedFeatureError } from "./unsupported-feature.ts";
export { isReplaying, wrapLogger } from "./logging/wrap-logger.ts";
export { ProxyLogger } from "./logging/proxy-logger.ts";

export {
  EverstepFunction,
  EverstepFunction as InngestFunction,
} from "./functions/everstep-function.ts";
export type { EventObject, FunctionDefinition, Logger } from "./functions/definition.ts";
export type {
  BaseFunctionOptions,
  Cancellation,
  CheckpointingOptions,
  ConcurrencyOption,
  FunctionOptions,
  RetryCount,
  RetryOption,
  TimeStr,
} from "./functions/function-options.ts";
export {
  FunctionReference,
  FunctionReference as InngestFunctionReference,
  referenceFunction,
  type ReferenceOptions,
} from "./functions/function-reference.ts";
export type {
  BaseHandlerContext,
  ClientStepTools,
  DirectCallContext,
  FailureContext,
  HandlerContext,
} from "./functions/handler-context.ts";
export type { InvokeTarget, InvokeTypes } from "./functions/invoke-target.ts";
export type { MiddlewareContext, MiddlewareInput } from "./functions/middleware-context.ts";
export type { FunctionConfig } from "./functions/registration-config.ts";
export type {
  AiTools,
  InvokeOptions,
  PublishTool,
  RunTool,
  StepTools,
  WaitForEventOptions,
  WaitForSignalOptions,
} from "./functions/step-tools.ts";
export type { CronTriggerInput, EventTriggerInput, TriggerInput } from "./functions/triggers.ts";

export * as Middleware from "./middleware/base-middleware.ts";
export { dependencyInjectionMiddleware } from "./middleware/dependency-injection.ts";
export {
  InngestMiddleware,
  type FunctionRunHooks,
  type MiddlewareOptions,
  type MiddlewareRegisterFn,
  type MiddlewareRegisterReturn,
  type MiddlewareResult,
  type MiddlewareRunContext,
  type MiddlewareStep,
  type SendEventHooks,
} from "./middleware/inngest-middleware.ts";

export type {
  CancelledEventPayload,
  EventMeta,
  EventPayload,
  EventSessions,
  EventSessionValue,
  FailureEventArgs,
  FailureEventPayload,
  FinishedEventPayload,
  JsonError,
  MinimalEventPayload,
  PropagatedEventSessions,
  PropagatedEventSessionValue,
  ReceivedEvent,
  ReceivedEventMeta,
  ScheduledTimerEventPayload,
  SendEventBaseOutput,
} from "./schemas/event-payload.ts";
export type { EventByName, KnownPayload, SendPayload } from "./schemas/event-registry.ts";
export { EventSchemas, type EventValueSchemas } from "./schemas/event-schemas.ts";
export {
  cron,
  eventType,
  EventType,
  invoke,
  staticSchema,
  type CreatedEvent,
} from "./schemas/event-type.ts";
export { EventValidationError } from "./schemas/event-validation-error.ts";
export type { Jsonify, StepOutput } from "./schemas/jsonify.ts";
export type {
  AnySchema,
  SchemaInput,
  SchemaOutput,
  StandardSchemaV1,
} from "./schemas/standard-schema.ts";

export type { ActionResponse, CommHandlerOptions, HandlerActions } from "./serve/comm-handler.ts";
export { InngestCommHandler } from "./serve/lazy-comm-handler.ts";
export { SDK_VERSION as version } from "./serve/sdk-identity.ts";
export type {
  ServeOptions as RegisterOptions,
  ServeOptions as ServeHandlerOptions,
} from "./serve/serve-options.ts";

export {
  anthropic,
  azureOpenai,
  deepseek,
  gemini,
  grok,
  openai,
  openaiResponses,
} from "./steps/ai-models/ai-models.ts";
export type {
  AnthropicAnswer,
  GeminiAnswer,
  OpenAiChatAnswer,
  OpenAiResponsesAnswer,
} from "./steps/ai-models/ai-answers.ts";
export type { AiModel, AiModelOptions } from "./steps/ai-models/ai-model.ts";
export { group, step } from "./steps/ambient-tools.ts";
export {
  aiModels as models,
  type AiModels,
  type AnthropicOptions,
  type AzureOpenAiOptions,
} from "./steps/ai-models/ai-models.ts";
export { experiment, type ExperimentSelect } from "./steps/experiment.ts";
export type { StepFetch } from "./steps/fetch-tool.ts";
export type { GroupTools, ParallelOptions } from "./steps/group-tools.ts";
export { mockStep, type MockStep, type MockStepOptions } from "./steps/mock-step.ts";
export type { Saga, SagaTool } from "./steps/saga.ts";
export type { StepContext, StepOptions, StepOptionsOrId } from "./steps/step-request.ts";

export {
  durationToMs,
  type DurationInput,
  type DurationLike,
  type InstantLike,
  type ZonedDateTimeLike,
} from "./wire/duration.ts";
