// Public names of the engine.
export type {
  CancellationRequest,
  CheckpointRequest,
  Engine,
  EngineStatus,
  InFlightCall,
  InvokeAnswer,
  InvokeInput,
  LimitsRequest,
  LogEntry,
  PauseRequest,
  RerunRequest,
  SendOptions,
  SyncOutcome,
} from "./engine.ts";
export {
  TransportError,
  type Chance,
  type Clock,
  type InboundResponse,
  type InProcessCall,
  type Log,
  type OutboundRequest,
  type Transport,
} from "./ports.ts";
export type { EffectiveFunction } from "./catalog.ts";
export type {
  ExplainedHolder,
  ExplainedQueueReason,
  ExplainedStep,
  RunExplanation,
  RunReason,
  RunReasonFacts,
} from "./explain/run-explanation.ts";
export type {
  EventExplanation,
  EventFate,
  EventFateFacts,
  TriedExpression,
} from "./explain/event-explanation.ts";
export { Continuations, newsOf, type KeepableCall } from "./dispatch/continuations.ts";
export { searchRuns } from "./bulk/search-runs.ts";
export { createEngine, type EngineOptions } from "./create-engine.ts";
export { createHttpTransport, type HttpTransportOptions } from "./http-transport.ts";
export { systemClock, systemChance } from "./system.ts";
