// The engine's face: what the server, the CLI and embedded users may ask of it. Every promise resolves only after the
// commit that holds its effect has returned. `createEngine` is in create-engine.ts.
import type {
  AppRecord,
  BulkJob,
  BulkRequest,
  CancellationRecord,
  Change,
  ControlAudit,
  EventOutcome,
  FunctionControl,
  FunctionRecord,
} from "@everstep/core";
import type { AppConfig, EventInput, JsonText, Op } from "@everstep/protocol";
import type { EffectiveFunction } from "./catalog.ts";
import type { EventExplanation } from "./explain/event-explanation.ts";
import type { RunExplanation } from "./explain/run-explanation.ts";

export interface SendOptions {
  /** From the x-inngest-event-id-seed header: the same seed sent again returns the same ids and stores nothing twice. */
  readonly seed?: { readonly atMs: number; readonly entropy: Uint8Array };
}

export interface InvokeInput {
  readonly data: Record<string, unknown>;
  readonly user?: Record<string, unknown>;
  /** `{ sessions?: … }`, as on events. */
  readonly meta?: Record<string, unknown>;
  readonly id?: string;
  readonly v?: string;
}

export interface SyncOutcome {
  readonly appId: string;
  /** Same for the same content. */
  readonly syncId: string;
  /** False when the same checksum was registered already and nothing changed. */
  readonly modified: boolean;
}

export interface CheckpointRequest {
  readonly runId: string;
  readonly ops: readonly Op[];
  /** Wire generation_id; absent or 0: the SDK (v3, Go) does not tell it. */
  readonly generation?: number;
  /** Decoded job id of the wire's qi_id. */
  readonly jobId?: string;
}

export interface RerunRequest {
  readonly runId: string;
  /** Memoise the steps that completed before this one, then run from it, with another input if given (a JSON array). By id or name. */
  readonly fromStep?: { readonly stepId: string; readonly inputJson?: JsonText };
}

export interface CancellationRequest {
  readonly appId: string;
  /** The function's slug or its id within the app. */
  readonly functionId: string;
  readonly startedAfterMs?: number;
  readonly startedBeforeMs: number;
  readonly expression?: string;
}

export interface InvokeAnswer {
  readonly eventId: string;
  /** The run that was started or recorded as skipped, or the earlier one when the event is a duplicate; else "". */
  readonly runId: string;
  /** What became of the event, when it started no run of its own. */
  readonly outcome?: EventOutcome;
}

export interface PauseRequest {
  /** The function's id or slug. */
  readonly functionId: string;
  readonly isPaused: boolean;
  /** Who asks, for the audit: `api`, `cli`, `dashboard`, or a name that the client gave. */
  readonly actor: string;
}

export interface LimitsRequest {
  /** The function's id or slug. */
  readonly functionId: string;
  /** JSON: `concurrency`, `throttle`, `rateLimit`, `debounce`, `retries`; null: rule off; "code": as in the code. */
  readonly patch: unknown;
  /** As in PauseRequest. */
  readonly actor: string;
}

/** A call that is out at this moment. */
export interface InFlightCall {
  readonly runId: string;
  readonly timerId: number;
  readonly functionId: string;
  readonly stepId?: string;
  readonly startedAtMs: number;
}

/** What the engine tells a log. `fields` are flat and printable. */
export interface LogEntry {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number | boolean | undefined>>;
}

export interface EngineStatus {
  readonly state: "starting" | "ready" | "draining" | "stopped" | "failed";
  /** Why it failed, when it did. */
  readonly reason?: string;
  readonly callsInFlight: number;
}

export interface Engine {
  /** Loads the catalogue, takes up timers where the last owner left them. Resolves when ready. */
  start(): Promise<void>;
  /** Stops taking work, waits for calls in flight up to `graceMs`, parks the rest (they are made again by the next owner). */
  stop(options: { readonly graceMs: number }): Promise<void>;
  status(): EngineStatus;

  /** All or nothing; resolves with the internal ids in order. */
  sendEvents(inputs: readonly EventInput[], options?: SendOptions): Promise<readonly string[]>;
  /** Starts one function by its slug without an event trigger. @throws EverstepError function_not_found. */
  invoke(slug: string, input: InvokeInput, options?: SendOptions): Promise<InvokeAnswer>;
  /** Starts what a tick of this cron trigger would start now. @throws EverstepError function_not_found. */
  runSchedule(slug: string, cron: string): Promise<InvokeAnswer>;

  /** Registers an app and its functions whole; missing functions are archived. @throws EverstepError config_invalid. */
  syncApp(config: AppConfig): Promise<SyncOutcome>;
  /** Records why an app could not be synced; the app is created by URL when it is unknown and `create` is set. */
  recordSyncFailure(failure: {
    readonly url: string;
    readonly code: string;
    readonly message: string;
    readonly create?: boolean;
  }): Promise<void>;
  /** Archives the app with this URL. @throws EverstepError app_not_found. */
  removeApp(url: string): Promise<void>;
  /** Live apps and functions, from memory. */
  apps(): readonly AppRecord[];
  functions(): readonly FunctionRecord[];
  /** Also archived ones. */
  findFunction(functionId: string): FunctionRecord | undefined;

  /** Pauses or resumes a function; once is as often as twice. @throws EverstepError function_not_found. */
  setPaused(request: PauseRequest): Promise<FunctionControl>;
  /** Changes limits while running. @throws EverstepError function_not_found, argument_invalid (data.errors names the fields). */
  setLimits(request: LimitsRequest): Promise<FunctionControl>;
  /** What operators decided about a function, from memory; undefined: nothing ever. */
  control(functionId: string): FunctionControl | undefined;
  /** A function with the limits that are in force and whether it is paused, from memory. By id; archived ones too. */
  effectiveFunction(functionId: string): EffectiveFunction | undefined;
  /** Changes of a function's controls, newest first. */
  audits(functionId: string, limit: number): Promise<readonly ControlAudit[]>;
  /** What a run does or waits for, or how it ended. @throws EverstepError run_not_found. */
  explainRun(runId: string): Promise<RunExplanation>;
  /** What became of an event for each function. By its internal id. @throws EverstepError event_not_found. */
  explainEvent(internalId: string): Promise<EventExplanation>;

  /** @throws EverstepError run_not_found, run_ended. */
  cancelRun(runId: string, reason?: string): Promise<void>;
  /** @throws EverstepError run_not_found, argument_invalid (unknown step). */
  rerun(request: RerunRequest): Promise<{ readonly runId: string }>;
  /** @throws EverstepError signal_not_found. */
  signal(name: string, dataJson: JsonText): Promise<{ readonly runId: string }>;
  cancelMany(request: CancellationRequest): Promise<CancellationRecord>;
  removeCancellation(id: string): Promise<void>;
  /** Begins an action on many runs; it survives restarts. @throws EverstepError argument_invalid: too many run already. */
  startBulk(request: BulkRequest): Promise<BulkJob>;
  /** No run is dealt with after it resolves. A job that has ended stays as it is. @throws EverstepError argument_invalid. */
  stopBulk(jobId: string): Promise<BulkJob>;
  /** Bulk actions that run and the last 100 that ended, from memory; newest first. */
  bulkJobs(): readonly BulkJob[];
  findBulkJob(jobId: string): BulkJob | undefined;
  /** @throws EverstepError run_not_found, dispatch_stale, checkpoint_invalid, payload_too_large. */
  checkpoint(request: CheckpointRequest): Promise<void>;

  /** Canonical JSON of a live run's events (array) and steps (object), for the SDK's use_api. @throws run_not_found, run_gone. */
  readRunEvents(runId: string): Promise<JsonText>;
  readRunSteps(runId: string): Promise<JsonText>;

  callsInFlight(): readonly InFlightCall[];
  /**
   * Tells the listener what each batch changed, once it is durable and in its order. The listener runs in the engine's loop:
   * it must be quick and must not throw. Calling what is returned ends it.
   */
  onChange(listener: (changes: readonly Change[]) => void): () => void;
}
