// What an engine in the same process needs of the SDK: the subpath `everstep/in-process`, for @everstep/embedded. App authors
// import nothing from here.
export { attachEngine, type AttachedEngine } from "../client/attached-engine.ts";
export type { EventIdSeed } from "../client/event-id-seed.ts";
export type { CheckpointPort } from "../execution/checkpoint-buffer.ts";
export { continueCall } from "../execution/continue-call.ts";
export { executeCall, type ExecuteOptions } from "../execution/execute.ts";
export { ParkedRuns } from "../execution/parked-runs.ts";
export type { EventObject } from "../functions/definition.ts";
export type { InvokeInputOf, InvokeOutputOf } from "../functions/invoke-target.ts";
export { toWireEvent } from "../wire/tagged-events.ts";
export type { ApiRequest } from "./engine-api.ts";
export { SDK_NAME } from "./sdk-identity.ts";
