// Public names of the engine.
export type {
  CancellationRequest,
  CheckpointRequest,
  Engine,
  EngineStatus,
  InFlightCall,
  InvokeInput,
  LogEntry,
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
export { createEngine, type EngineOptions } from "./create-engine.ts";
export { createHttpTransport, type HttpTransportOptions } from "./http-transport.ts";
export { systemClock, systemChance } from "./system.ts";
