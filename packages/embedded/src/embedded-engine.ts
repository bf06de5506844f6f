// The face of an embedded engine. `createEngine` is in create-engine.ts.
import type { RunStatus } from "@everstep/core";
import type { EngineStatus } from "@everstep/engine";
import type { DurationInput, Everstep, EverstepFunction } from "everstep";
import type { InvokeInputOf, InvokeOutputOf } from "everstep/in-process";
import type { RunHandle, RunInfo } from "./run-handle.ts";

/** Which runs `runs` lists. */
export interface RunQuery {
  readonly status?: RunStatus | readonly RunStatus[] | undefined;
  /** The function, or its id. */
  readonly function?: EverstepFunction | string | undefined;
  /** 1 to 1,000. Default 100. */
  readonly limit?: number | undefined;
  /** The last run of the page before; the list goes on behind it. */
  readonly after?: Pick<RunInfo, "id" | "createdAtMs"> | undefined;
}

/** What a function is started with. */
export interface StartOptions<TData> {
  readonly data?: TData | undefined;
  readonly user?: Record<string, unknown> | undefined;
  /** The same id starts the function once in 24 hours: repeats give the first run. */
  readonly id?: string | undefined;
}

/** The engine and the functions of this process, on one file. */
export interface EmbeddedEngine<TClient extends Everstep = Everstep> {
  /**
   * Opens the file, registers the functions and goes on with what the last process left. Resolves with the engine itself.
   * @throws EverstepError store_unavailable when another process owns the file, or it cannot be opened.
   * @example
   * await using engine = await createEngine({ functions, data: "./everstep.db" }).start();
   */
  start(): Promise<this>;
  /**
   * Takes no new work, lets the steps that run now finish and be recorded, closes the file. What is not done goes on when an
   * engine is started on the file again. Idempotent.
   * @param options.grace Longest wait for steps that run. Default 30 s.
   */
  stop(options?: { readonly grace?: DurationInput | undefined }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  /** `starting` until `start()` has resolved. */
  readonly state: EngineStatus["state"];

  /** The client's `send`: resolves when the events are durable. */
  readonly send: TClient["send"];
  /**
   * Starts a function by itself, without an event trigger, and resolves with its run when that is durable.
   * @throws EverstepError function_not_found.
   */
  startRun<const TFunction extends EverstepFunction | string>(
    target: TFunction,
    options?: StartOptions<InvokeInputOf<TFunction>>,
  ): Promise<RunHandle<InvokeOutputOf<TFunction>>>;
  /**
   * Starts a function and waits for its result.
   * @param options.timeout Longest wait; the run itself goes on.
   * @throws As `startRun` and `RunHandle.result`.
   */
  invoke<const TFunction extends EverstepFunction | string>(
    target: TFunction,
    options?: StartOptions<InvokeInputOf<TFunction>> & {
      readonly timeout?: DurationInput | undefined;
    },
  ): Promise<InvokeOutputOf<TFunction>>;

  /** A run by its id, also one of an earlier process. Asks nothing yet. */
  run<TOutput = unknown>(runId: string): RunHandle<TOutput>;
  /** Newest first. */
  runs(query?: RunQuery): Promise<readonly RunInfo[]>;
  /** The runs that an event started, oldest first; `send` gives the ids of events. */
  runsOf(eventId: string): Promise<readonly RunHandle[]>;
  /**
   * Resumes the run that waits for the signal.
   * @returns The run's id.
   * @throws EverstepError signal_not_found when no run waits for it.
   */
  signal(name: string, data?: unknown): Promise<{ readonly runId: string }>;
  /** @throws EverstepError run_not_found, run_ended. */
  cancel(runId: string, reason?: string): Promise<void>;
}
