// Public names of the embedded mode.
export { createEngine } from "./create-engine.ts";
export type { EmbeddedEngine, RunQuery, StartOptions } from "./embedded-engine.ts";
export type { EmbeddedOptions } from "./embedded-options.ts";
export { RunError, WaitTimeoutError } from "./run-error.ts";
export type { RunHandle, RunInfo } from "./run-handle.ts";
export type { RunLog } from "./run-logs.ts";
