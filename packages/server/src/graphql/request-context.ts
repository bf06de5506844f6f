// What one GraphQL request works with: the engine, the history with what it already read of it, and its budget of objects.
// Invariant: every object that a resolver hands out from a list or a link is paid for, so that a query cannot multiply.
import type { AppRecord, FunctionRecord, History, RunDetail, RunHead } from "@everstep/core";
import type { Engine } from "@everstep/engine";
import { type EventRecord, EverstepError, isUlid } from "@everstep/protocol";

/** Enough for the trace of a run of 100,000 steps with a retry each. */
export const OBJECTS_PER_REQUEST_MAX = 250_000;

export interface GraphqlOptions {
  readonly engine: Engine;
  readonly history: History;
  /** Pings the app at a URL and registers what it answers. Rejects with an EverstepError that says what went wrong. */
  readonly syncByUrl?: (url: string) => Promise<unknown>;
  /** Archives the app with this URL. Default: the engine's removeApp. */
  readonly removeApp?: (url: string) => Promise<unknown>;
  /** What now() means in a search, epoch ms. */
  readonly nowMs: () => number;
  /** Told of errors that are not the caller's fault; the answer only names the field. */
  readonly onInternalError?: (error: unknown, path: string) => void;
}

export class RequestContext {
  readonly options: GraphqlOptions;
  readonly engine: Engine;
  readonly history: History;
  readonly #details = new Map<string, Promise<RunDetail>>();
  readonly #events = new Map<string, EventRecord>();
  #appsById: Map<string, AppRecord> | undefined;
  #objectsLeft = OBJECTS_PER_REQUEST_MAX;

  constructor(options: GraphqlOptions) {
    this.options = options;
    this.engine = options.engine;
    this.history = options.history;
  }

  /** @throws EverstepError argument_invalid once the request has asked for too much. */
  spend(objects: number): void {
    this.#objectsLeft -= objects;
    if (this.#objectsLeft >= 0) return;
    throw new EverstepError(
      "argument_invalid",
      `the query reads more than ${OBJECTS_PER_REQUEST_MAX} objects: select fewer nested lists or a smaller page`,
    );
  }

  /** @throws EverstepError argument_invalid, run_not_found. */
  async getRun(runId: string, argument = "runID"): Promise<RunHead> {
    if (!isUlid(runId)) throw notAnId(argument, runId);
    const run = await this.history.findRun(runId);
    if (run !== undefined) return run;
    throw new EverstepError(
      "run_not_found",
      `there is no run ${runId}: check ${argument}, or whether the run is older than the retention`,
    );
  }

  readRunDetail(runId: string): Promise<RunDetail> {
    let detail = this.#details.get(runId);
    if (detail === undefined) {
      detail = Promise.resolve(this.history.readRunDetail(runId));
      this.#details.set(runId, detail);
    }
    return detail;
  }

  /** @throws EverstepError argument_invalid, event_not_found. */
  async getEvent(internalId: string, argument: string): Promise<EventRecord> {
    if (!isUlid(internalId)) throw notAnId(argument, internalId);
    const [event] = await this.findEvents([internalId]);
    if (event !== undefined) return event;
    throw new EverstepError(
      "event_not_found",
      `there is no event ${internalId}: ${argument} takes the internal id that sending the event answered`,
    );
  }

  /** In the order of the ids; ids without an event are left out. */
  async findEvents(internalIds: readonly string[]): Promise<readonly EventRecord[]> {
    const missing = internalIds.filter((id) => !this.#events.has(id));
    if (missing.length > 0) {
      for (const event of await this.history.findEvents(missing)) {
        this.#events.set(event.internalId, event);
      }
    }
    return internalIds.flatMap((id) => this.#events.get(id) ?? []);
  }

  findApp(appId: string): AppRecord | undefined {
    this.#appsById ??= new Map(this.engine.apps().map((app) => [app.id, app]));
    return this.#appsById.get(appId);
  }

  findFunction(functionId: string): FunctionRecord | undefined {
    return this.engine.findFunction(functionId);
  }

  /** The catalogue may have changed: a mutation answers with what it made. */
  forgetApps(): void {
    this.#appsById = undefined;
  }
}

function notAnId(argument: string, value: string): EverstepError {
  return new EverstepError(
    "argument_invalid",
    `${argument} is "${value.slice(0, 64)}", which is not a ULID: it must be 26 base-32 characters`,
  );
}
