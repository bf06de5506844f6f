// Change: the only vocabulary in which anything is persisted. A batch of changes is committed whole or not at all.
import type { EventRecord } from "@everstep/protocol";
import type { AppRecord, FunctionRecord } from "./app.ts";
import type { BulkJob, BulkRequest } from "./bulk.ts";
import type {
  ControlAudit,
  EventOutcome,
  FunctionControl,
  Limiter,
  LimiterId,
  Slot,
} from "./flow.ts";
import type { AttemptRecord, RunHead, RunLogLine, StepRecord } from "./run.ts";
import type { Timer } from "./timer.ts";
import type { Wait } from "./wait.ts";

/** The parts of a run's head that change while it lives. */
export type RunPatch = Partial<
  Pick<
    RunHead,
    | "status"
    | "startedAtMs"
    | "slots"
    | "endedAtMs"
    | "requestVersion"
    | "pendingStepIds"
    | "stepCount"
    | "stateBytes"
    | "logCount"
    | "outputJson"
    | "error"
    | "endReason"
  >
>;

/** A function starts at most one run for a key while the key lives. */
export interface IdempotencyKey {
  readonly functionId: string;
  readonly key: string;
  /** "": the event waits in a batch or a debounce. */
  readonly runId: string;
  readonly expiresAtMs: number;
}

/** A bulk cancellation that was asked for. */
export interface CancellationRecord {
  readonly id: string;
  readonly appId: string;
  readonly functionId: string;
  readonly startedAfterMs?: number;
  readonly startedBeforeMs: number;
  readonly expression?: string;
  readonly createdAtMs: number;
  readonly cancelledCount: number;
}

export type Change =
  | { readonly type: "event_added"; readonly event: EventRecord }
  | { readonly type: "run_added"; readonly run: RunHead }
  /** Also sent for runs that the same batch added; patches of one run may be merged in order. */
  | { readonly type: "run_patched"; readonly runId: string; readonly patch: RunPatch }
  | { readonly type: "step_added"; readonly step: StepRecord }
  | {
      readonly type: "step_input_set";
      readonly runId: string;
      readonly stepId: string;
      readonly inputJson: string;
    }
  | { readonly type: "attempt_added"; readonly attempt: AttemptRecord }
  | { readonly type: "log_line_added"; readonly line: RunLogLine }
  | { readonly type: "timer_added"; readonly timer: Timer }
  | { readonly type: "timer_removed"; readonly timerId: number; readonly runId?: string }
  /** Progress was recorded while the timer's call is out: its next attempt counts from 0 again. */
  | { readonly type: "timer_attempt_reset"; readonly timerId: number; readonly runId: string }
  /** The call of this timer started its run and was charged for it: when it is made again it starts nothing. */
  | { readonly type: "timer_started"; readonly timerId: number; readonly runId: string }
  /** The call of this timer is about to go out and takes places that others wait for (`Timer.calledAtMs`). */
  | {
      readonly type: "timer_called";
      readonly timerId: number;
      readonly runId: string;
      readonly atMs: number;
    }
  | { readonly type: "wait_added"; readonly wait: Wait }
  | { readonly type: "wait_removed"; readonly waitId: string; readonly runId: string }
  | { readonly type: "idempotency_key_added"; readonly key: IdempotencyKey }
  | { readonly type: "limiter_saved"; readonly limiter: Limiter }
  | { readonly type: "limiter_removed"; readonly limiter: LimiterId }
  /** Events of an open batch, in the order of these changes; the batch's run carries them from its creation. */
  | { readonly type: "batch_event_added"; readonly batchId: string; readonly eventId: string }
  | { readonly type: "batch_removed"; readonly batchId: string }
  | { readonly type: "slot_taken"; readonly slot: Slot }
  | { readonly type: "slots_freed"; readonly runId: string }
  /** Of several for one event and function the newest holds, e.g. a debounced event that another one then supersedes. */
  | { readonly type: "event_outcome_added"; readonly outcome: EventOutcome }
  | { readonly type: "function_control_saved"; readonly control: FunctionControl }
  | { readonly type: "control_audit_added"; readonly audit: ControlAudit }
  | { readonly type: "app_saved"; readonly app: AppRecord }
  | { readonly type: "function_saved"; readonly function: FunctionRecord }
  | { readonly type: "cancellation_saved"; readonly cancellation: CancellationRecord }
  | { readonly type: "cancellation_removed"; readonly cancellationId: string }
  | { readonly type: "bulk_added"; readonly job: BulkJob; readonly request: BulkRequest }
  | { readonly type: "bulk_saved"; readonly job: BulkJob }
  | { readonly type: "bulk_removed"; readonly jobId: string };
