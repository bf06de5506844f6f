// A timer: durable work that is due at a time. A call that is due now is a timer too, so after a crash the timers are the queue.
import type { JsonText } from "@everstep/protocol";

export const TIMER_KINDS = [
  "call", // call the app: discovery, or one planned step
  "request", // an outbound HTTP request of a step (Gateway, AIGateway)
  "sleep",
  "wait_timeout",
  "start_timeout",
  "finish_timeout",
  "cron",
  "debounce", // no run yet: the event waits in the function's debounce limiter
  "batch", // no run yet: the events wait in the function's open batch
] as const;
export type TimerKind = (typeof TIMER_KINDS)[number];

/** Kinds that are executed by a worker outside the partition loop; the others are decided in it. */
export function isDispatched(kind: TimerKind): boolean {
  return kind === "call" || kind === "request";
}

/** What a step op asked for, kept until the step ends: shown in the trace, used when it fires. */
export interface OpFacts {
  readonly stepId: string;
  readonly op: string;
  /** What people see: displayName, else the user's id. */
  readonly name: string;
  /** `opts` of the op as JSON text. */
  readonly optsJson?: JsonText;
  /** `race`: its end starts a discovery at once, whatever else of its group is open. */
  readonly parallelMode?: "race" | "wait";
}

export interface Timer {
  /** Unique and increasing over restarts: epoch * 2^32 + counter. */
  readonly id: number;
  readonly kind: TimerKind;
  /** Absent for cron, debounce and batch timers. */
  readonly runId?: string;
  readonly functionId: string;
  readonly dueAtMs: number;
  /** The run's queue order (RunHead.orderKey); the due time for timers without a run. */
  readonly orderKey: number;
  /** The run's lane (RunFlow.lane); absent: "". */
  readonly lane?: string;
  /**
   * A call that would start its run: throttle and run-level concurrency hold it back, not the later ones. After a crash the run
   * may have `startedAtMs` already: then the start was charged, and making the call again charges nothing.
   */
  readonly isStart?: true;
  /**
   * When its call went out, epoch ms: on record before it leaves where it takes a place that other calls wait for. Whoever owns
   * the partition next holds that place for it until the call has been made again.
   */
  readonly calledAtMs?: number;
  /** debounce and batch: the key of the limiter. */
  readonly limiterKey?: string;
  /** Zero-based attempt that its next call makes. */
  readonly attempt: number;
  /** When the work was first asked for; retries keep it. */
  readonly queuedAtMs: number;
  /** The op it belongs to. For a call: the planned step (targeted call); absent: discovery. */
  readonly op?: OpFacts;
  /** wait_timeout: the wait it ends. */
  readonly waitId?: string;
  /** cron: the expression, its trigger's jitter bound and the tick's scheduled time. */
  readonly cron?: {
    readonly expression: string;
    readonly scheduledAtMs: number;
    readonly jitterMsMax?: number;
  };
}
