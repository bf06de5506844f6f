// What the partition loop is asked to do. Commands of clients have somebody who waits for the answer; those of the engine
// itself must not be lost: they are decided again when their commit failed.
import type {
  BulkNote,
  BulkRequest,
  CallEnd,
  CancellationRecord,
  RequestEnd,
  StartCharge,
  StepRecord,
  Timer,
} from "@everstep/core";
import type { AppConfig, EventRecord, JsonText, Op } from "@everstep/protocol";

export type Command =
  | {
      readonly type: "events";
      readonly events: readonly EventRecord[];
      /** Ids come from a client's seed: the same request may have been taken before. */
      readonly isSeeded: boolean;
    }
  | {
      readonly type: "invoke";
      readonly event: EventRecord;
      readonly slug: string;
      readonly isSeeded: boolean;
      /** The schedule that is run by hand. */
      readonly cron?: string;
    }
  | {
      readonly type: "call_started";
      readonly runId: string;
      readonly atMs: number;
      readonly charge: StartCharge;
      /** Its call holds places while it is out: that is put on record before it is made. */
      readonly timerId?: number;
    }
  | { readonly type: "call_ended"; readonly runId: string; readonly end: CallEnd }
  | { readonly type: "request_ended"; readonly runId: string; readonly end: RequestEnd }
  | { readonly type: "timer_due"; readonly timer: Timer }
  | {
      readonly type: "checkpoint";
      readonly runId: string;
      readonly ops: readonly Op[];
      readonly timerId: number | undefined;
      readonly generation: number | undefined;
    }
  | { readonly type: "cancel"; readonly runId: string; readonly reason: string }
  | { readonly type: "signal"; readonly name: string; readonly dataJson: JsonText }
  | { readonly type: "sync"; readonly config: AppConfig }
  | { readonly type: "remove_app"; readonly appId: string }
  | {
      readonly type: "app_error";
      readonly appId: string;
      readonly code: string;
      readonly message: string;
    }
  | {
      readonly type: "rerun";
      readonly runId: string;
      readonly steps: readonly StepRecord[];
      readonly from?: { readonly stepId: string; readonly inputJson?: JsonText };
    }
  | {
      readonly type: "set_paused";
      readonly functionId: string;
      readonly isPaused: boolean;
      readonly actor: string;
    }
  | {
      readonly type: "set_limits";
      readonly functionId: string;
      /** As `parseLimitPatch` reads it. */
      readonly patch: unknown;
      readonly actor: string;
    }
  | { readonly type: "save_cancellation"; readonly cancellation: CancellationRecord }
  | { readonly type: "remove_cancellation"; readonly id: string }
  | { readonly type: "bulk_start"; readonly request: BulkRequest }
  | { readonly type: "bulk_act"; readonly jobId: string; readonly act: BulkAct }
  | { readonly type: "bulk_note"; readonly jobId: string; readonly note: BulkNote };

/** One run's part of a bulk job. It is done only when `after` is the place that the job has come to. */
export interface BulkAct {
  readonly runId: string;
  readonly after: string;
  readonly cursor: string;
  readonly action:
    | { readonly type: "cancel"; readonly reason: string }
    | {
        readonly type: "rerun";
        readonly steps: readonly StepRecord[];
        readonly from?: { readonly stepId: string; readonly inputJson?: JsonText };
      }
    /** It could not even be tried. */
    | { readonly type: "none"; readonly message: string };
}

export interface Envelope {
  readonly command: Command;
  /** Absent for commands of the engine itself. */
  readonly answer?: {
    readonly resolve: (value: unknown) => void;
    readonly reject: (error: unknown) => void;
  };
  /** Called once its commit has returned, or when it was given up. */
  readonly settled?: () => void;
}
