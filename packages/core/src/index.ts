// Public names of the core: the model, the ports and the decisions.
export type { AppRecord, FunctionRecord } from "./model/app.ts";
export {
  BULK_STATUSES,
  type BulkAction,
  type BulkJob,
  type BulkRequest,
  type BulkSelection,
  type BulkStatus,
} from "./model/bulk.ts";
export {
  newBulkJob,
  withNote,
  withOutcome,
  type BulkNote,
  type BulkOutcome,
} from "./bulk/bulk-job.ts";
export {
  LIMITER_KINDS,
  type ControlAudit,
  type EventOutcome,
  type FlowKeys,
  type FunctionControl,
  type LimitOverrides,
  type Limiter,
  type LimiterId,
  type LimiterKind,
  type RunFlow,
  type RunSkip,
  type Slot,
} from "./model/flow.ts";
export type { CancellationRecord, Change, IdempotencyKey, RunPatch } from "./model/change.ts";
export {
  RUN_STATUSES,
  type AttemptRecord,
  type EndStatus,
  type RunHead,
  type RunLogLine,
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
export type {
  Awaitable,
  Catalog,
  LaneEntry,
  LaneQuery,
  LoadedRun,
  Store,
  TimerQuery,
  WaitQuery,
} from "./ports/store.ts";
export type {
  EndedRuns,
  EndedRunsQuery,
  EventFilter,
  EventNameCount,
  EventPage,
  FailedRun,
  FailedRunsQuery,
  FailureGroup,
  FailureGroups,
  FailureGroupsQuery,
  History,
  LiveRuns,
  RunDetail,
  RunFilter,
  RunLogPage,
  RunPage,
  RunTimeField,
  StoreStats,
} from "./ports/history.ts";
export { bucketsOf, keyOf, type Bucket, type BucketRun } from "./flow/concurrency.ts";
export { dispatchKeysOf } from "./flow/flow-keys.ts";
export type { Admission, AdmissionState, Candidate, Origin } from "./flow/candidate.ts";
export {
  decideLimits,
  decidePause,
  effectiveConfig,
  effectiveFunction,
  type ControlDecision,
  type ControlRequest,
} from "./flow/controls.ts";
export { readBatch, type BatchState } from "./flow/batch.ts";
export { readDebounce, type DebounceState } from "./flow/debounce.ts";
export { decideAdmission } from "./flow/admission.ts";
export { decideGroupDue, groupLimiterId, type GroupDue } from "./flow/event-groups.ts";
export { refuseGroup } from "./flow/refuse-group.ts";
export { fullBatchOf, planAdmission, type AdmissionPlan } from "./flow/plan-admission.ts";
export {
  decideThrottle,
  giveBackStart,
  startsAllowed,
  readThrottle,
  throttleLimiter,
  throttleLimiterId,
  type ThrottleRule,
  type ThrottleTat,
  type ThrottleVerdict,
} from "./flow/throttle.ts";
export { bindEvent, type BoundExpression } from "./expressions/bind-event.ts";
export {
  compileExpression,
  evaluate,
  evaluateBoolean,
  type BooleanResult,
  type Expression,
} from "./expressions/compile-expression.ts";
export { compileCached } from "./expressions/expression-cache.ts";
export { compileSearch, type Search, type SearchSubject } from "./expressions/search-expression.ts";
export { readValues, type ReadValue } from "./expressions/read-values.ts";
export { nextTickAtMs, parseCron, type CronSchedule } from "./cron/cron-schedule.ts";
export { decideCronTick, manualTickEvent, type CronTick } from "./cron/cron-timers.ts";
export { createTriggerIndex, type TriggerIndex } from "./triggers/trigger-index.ts";
export { validateTriggers, type ConfigProblem } from "./triggers/validate-triggers.ts";
export { appIdOf, decideRemoval, decideSync, type SyncDecision } from "./sync/decide-sync.ts";
export { dedupes } from "./routing/dedupes.ts";
export { matchKeysOf, matchesWait } from "./routing/match-waits.ts";
export { applyRunChange } from "./run/apply-change.ts";
export type { DecideContext } from "./run/context.ts";
export { createRun } from "./run/create-run.ts";
export { decideCallResult, type CallEnd } from "./run/decide-call-result.ts";
export { decideCancel } from "./run/decide-cancel.ts";
export { decideCheckpoint } from "./run/decide-checkpoint.ts";
export { seedRerun } from "./run/decide-rerun.ts";
export { decideCalled, decideStarted, decideTimer, type StartCharge } from "./run/decide-timer.ts";
export { decideEventArrival, decideInvokeSettled, decideSignal } from "./run/decide-wait.ts";
export {
  isEnded,
  openDraft,
  record,
  type Draft,
  type FollowUp,
  type InvokeTarget,
} from "./run/draft.ts";
export { endRun } from "./run/end-run.ts";
export { FINISHED_EVENT, INVOKED_EVENT } from "./run/lifecycle-events.ts";
export { decideRequestResult, type RequestEnd, type RequestResult } from "./run/ops/gateway.ts";
export { linesOf } from "./run/record-lines.ts";
export { isKnownStep } from "./run/ops/step-planned.ts";
export { signalOf } from "./run/ops/wait-for-signal.ts";
export { BACKOFF_MS, retryAtMs } from "./run/retry.ts";
