// Public names of the core: the model, the ports and the decisions.
export type { AppRecord, FunctionRecord } from "./model/app.ts";
export type { CancellationRecord, Change, IdempotencyKey, RunPatch } from "./model/change.ts";
export {
  RUN_STATUSES,
  type AttemptRecord,
  type EndStatus,
  type RunHead,
  type RunState,
  type RunStatus,
  type StepRecord,
} from "./model/run.ts";
export {
  TIMER_KINDS,
  isDispatched,
  type OpFacts,
  type Timer,
  type TimerKind,
} from "./model/timer.ts";
export { WAIT_KINDS, type Wait, type WaitKind } from "./model/wait.ts";
export type { Awaitable, Catalog, LoadedRun, Store, TimerQuery, WaitQuery } from "./ports/store.ts";
export type {
  EventFilter,
  EventPage,
  History,
  RunDetail,
  RunFilter,
  RunPage,
  RunTimeField,
  StoreStats,
} from "./ports/history.ts";
