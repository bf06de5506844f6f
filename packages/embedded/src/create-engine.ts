// Puts an embedded engine together: store, engine and the SDK in one process. Nothing is opened before `start()`; the options
// and the functions are checked at once, so that a mistake shows where it was made.
import { systemClock, type Clock } from "@everstep/engine";
import { EverstepError, LIMITS } from "@everstep/protocol";
import { durationToMs, type DurationInput, type Everstep, type EverstepFunction } from "everstep";
import { toWireEvent } from "everstep/in-process";
import { sendSignal } from "./client-port.ts";
import type { EmbeddedEngine, RunQuery, StartOptions } from "./embedded-engine.ts";
import { checkOptions, type EmbeddedOptions } from "./embedded-options.ts";
import { openEngine, type OpenedEngine } from "./open-engine.ts";
import {
  createRunHandle,
  toRunInfo,
  type RunHandle,
  type RunInfo,
  type RunReads,
} from "./run-handle.ts";
import { RunWatch } from "./run-watch.ts";
import { serveFunctions, type ServedFunctions } from "./served-functions.ts";

const GRACE_MS = 30_000;
const RUNS_LISTED = 100;
const RUNS_LISTED_MAX = 1_000;
/** A draining call hands back what it has after its current step. */
const AT_ONCE_MS = Number.MIN_VALUE;

/**
 * An engine that runs functions in this process, on one SQLite file, without a server. Events that its clients send, signals and
 * invocations reach it directly.
 *
 * @throws EverstepError argument_invalid for options, config_invalid for functions that cannot be used.
 * @example
 * await using engine = await createEngine({ functions: [ship], data: "./everstep.db" }).start();
 * const label = await engine.invoke(ship, { data: { orderId: "o-1" } });
 */
export function createEngine<TClient extends Everstep = Everstep>(
  options: EmbeddedOptions<TClient>,
): EmbeddedEngine<TClient> {
  checkOptions(options);
  return new InProcessEngine<TClient>(options);
}

class InProcessEngine<TClient extends Everstep> implements EmbeddedEngine<TClient> {
  readonly send: TClient["send"];
  readonly #options: EmbeddedOptions<TClient>;
  readonly #functions: ServedFunctions;
  readonly #clock: Clock;
  readonly #watch = new RunWatch();
  #opened: OpenedEngine | undefined;
  #starting: Promise<this> | undefined;
  #stopping: Promise<void> | undefined;
  #isDraining = false;

  constructor(options: EmbeddedOptions<TClient>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const callTimeoutMs = options.limits?.callTimeoutMs ?? LIMITS.callTimeoutMs;
    this.#functions = serveFunctions(options.functions, (own = callTimeoutMs / 2) =>
      this.#isDraining ? AT_ONCE_MS : own,
    );
    const client = options.client ?? (this.#functions.clients[0] as unknown as Everstep);
    const send: Everstep["send"] = async (payload, sendOptions) => {
      this.#reads();
      return client.send(payload, sendOptions);
    };
    this.send = send;
    bindMethods(this);
  }

  get state(): EmbeddedEngine["state"] {
    if (this.#stopping !== undefined) return this.#opened === undefined ? "stopped" : "draining";
    return this.#opened?.engine.status().state ?? "starting";
  }

  start(): Promise<this> {
    if (this.#stopping !== undefined) {
      return Promise.reject(
        new EverstepError(
          "shutting_down",
          "This engine has been stopped: make a new one with createEngine.",
        ),
      );
    }
    this.#starting ??= this.#start();
    return this.#starting;
  }

  stop({ grace }: { readonly grace?: DurationInput | undefined } = {}): Promise<void> {
    const graceMs = grace === undefined ? GRACE_MS : durationToMs(grace);
    this.#stopping ??= this.#stop(graceMs);
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async startRun(
    target: EverstepFunction | string,
    { data, ...rest }: StartOptions<unknown> = {},
  ): Promise<RunHandle<never>> {
    const { engine } = this.#reads();
    const slug = this.#functions.slugOf(target);
    const given = { ...withoutUndefined(rest), data: dataOf(data) };
    // As over HTTP: what JSON cannot say is described beside it, and the handler gets it back.
    const payload = toWireEvent(given, () => undefined);
    const { runId } = await engine.invoke(
      slug,
      JSON.parse(JSON.stringify(payload)) as typeof payload,
    );
    return this.run(runId);
  }

  async invoke(
    target: EverstepFunction | string,
    {
      timeout,
      ...rest
    }: StartOptions<unknown> & { readonly timeout?: DurationInput | undefined } = {},
  ): Promise<never> {
    const run = await this.startRun(target, rest);
    return run.result({ timeout });
  }

  run<TOutput>(runId: string): RunHandle<TOutput> {
    return createRunHandle(runId, () => this.#reads());
  }

  async runs(query: RunQuery = {}): Promise<readonly RunInfo[]> {
    const { engine, history } = this.#reads();
    const { status, after, limit = RUNS_LISTED } = query;
    if (!Number.isInteger(limit) || limit < 1 || limit > RUNS_LISTED_MAX) {
      throw new EverstepError(
        "argument_invalid",
        `runs: limit is ${String(limit)}: give a whole number from 1 to ${RUNS_LISTED_MAX}.`,
      );
    }
    const slug = query.function === undefined ? undefined : this.#functions.slugOf(query.function);
    const functionIds = engine.functions().filter((fn) => fn.config.slug === slug);
    const runs = await history.listRuns({
      filter: {
        timeField: "createdAtMs",
        ...(status === undefined
          ? {}
          : { statuses: typeof status === "string" ? [status] : status }),
        ...(slug === undefined ? {} : { functionIds: functionIds.map((fn) => fn.id) }),
      },
      order: "desc",
      limit,
      ...(after === undefined ? {} : { after: { id: after.id, timeMs: after.createdAtMs } }),
    });
    return runs.map((run) => toRunInfo(run, { engine }));
  }

  async runsOf(eventId: string): Promise<readonly RunHandle[]> {
    const page = { limit: RUNS_LISTED_MAX };
    const runs = await this.#reads().history.listRunsOfEvent(eventId, page);
    return runs.map(({ id }) => this.run(id));
  }

  async signal(name: string, data?: unknown): Promise<{ readonly runId: string }> {
    return sendSignal(this.#reads().engine, name, data);
  }

  async cancel(runId: string, reason?: string): Promise<void> {
    await this.#reads().engine.cancelRun(runId, reason);
  }

  async #start(): Promise<this> {
    this.#opened = await openEngine({
      options: this.#options as EmbeddedOptions,
      functions: this.#functions,
      clock: this.#clock,
      onRunEnded: (runId) => this.#watch.ended(runId),
    });
    return this;
  }

  async #stop(graceMs: number): Promise<void> {
    // A start that failed has closed everything; whoever asked for it has its error.
    await this.#starting?.catch(() => undefined);
    const opened = this.#opened;
    if (opened === undefined) return;
    this.#isDraining = true;
    await opened.close(graceMs);
    this.#opened = undefined;
    this.#watch.stop();
  }

  #reads(): RunReads & Pick<OpenedEngine, "engine" | "history"> {
    if (this.#opened === undefined) {
      throw new EverstepError(
        "shutting_down",
        this.#stopping === undefined
          ? "The embedded engine is not started: await engine.start() first."
          : "The embedded engine has been stopped.",
      );
    }
    const { engine, history } = this.#opened;
    return { engine, history, watch: this.#watch, clock: this.#clock };
  }
}

/**
 * So that `const { invoke } = engine` works, as it does with plain objects. Not what has a symbol for a name: nobody takes that out,
 * and V8 refuses bound functions in `await using`.
 */
function bindMethods(engine: object): void {
  const face: object = Object.getPrototypeOf(engine) as object;
  for (const name of Object.getOwnPropertyNames(face)) {
    const method: unknown = Object.getOwnPropertyDescriptor(face, name)?.value;
    if (typeof method !== "function" || name === "constructor") continue;
    Object.defineProperty(engine, name, { value: method.bind(engine) as unknown, writable: true });
  }
}

function dataOf(data: unknown): Record<string, unknown> {
  if (data === undefined || data === null) return {};
  if (typeof data === "object" && !Array.isArray(data)) return data as Record<string, unknown>;
  throw new EverstepError(
    "argument_invalid",
    `data is ${Array.isArray(data) ? "an array" : typeof data}: it must be an object, as in events.`,
  );
}

function withoutUndefined(rest: Omit<StartOptions<unknown>, "data">): {
  user?: Record<string, unknown>;
  id?: string;
} {
  const { user, id } = rest;
  return { ...(user === undefined ? {} : { user }), ...(id === undefined ? {} : { id }) };
}
