// A real engine over the real store in memory, with a clock that only the test moves and an app that answers what the test
// says. Nothing here waits for time: `settle` runs until every promise that can settle has settled.
import type { History, RunHead, Store } from "@everstep/core";
import {
  TransportError,
  createEngine,
  type Clock,
  type Engine,
  type InboundResponse,
  type LogEntry,
  type OutboundRequest,
  type Transport,
} from "@everstep/engine";
import type { FunctionConfig, JsonObject, Limits, OpName } from "@everstep/protocol";
import { hashStepId } from "@everstep/protocol";
import { openMemoryDatabase, openSqliteStore } from "@everstep/store-sqlite";

const ALL_RUNS = { filter: { timeField: "createdAtMs" }, order: "asc", limit: 1_000 } as const;
const START_MS = 1_790_000_000_000;

/** A call of the app, or a request of a step, that is out. */
export interface OpenCall {
  readonly request: OutboundRequest;
  readonly url: URL;
  readonly runId: string;
  readonly stepId: string;
  readonly attempt: number;
  readonly timerId: string;
  readonly body: CallBody;
  respond(response: InboundResponse): void;
  fail(code: string): void;
}

export interface CallBody {
  readonly ctx: {
    readonly attempt: number;
    readonly disable_immediate_execution: boolean;
    readonly generation_id: number;
  };
  readonly event: { readonly data: Record<string, unknown>; readonly name: string };
  readonly steps: Record<string, unknown>;
}

export interface World {
  readonly engine: Engine;
  readonly clock: ManualClock;
  /** Every call since the start, in order. */
  readonly calls: OpenCall[];
  readonly log: LogEntry[];
  /** Faults of the store: while set, these reads or commits fail. */
  readonly faults: { commit?: Error; loadRuns?: Error; listTimers?: Error };
  readonly commits: number;
  readonly database: ReturnType<typeof openMemoryDatabase>;
  readonly store: Store;
  readonly history: History;
  /** Reads of the store by their names. */
  readonly reads: Map<string, number>;
  /** Oldest first. */
  runs(): Promise<readonly RunHead[]>;
  sync(functions: readonly FunctionConfig[], checksum?: string): Promise<void>;
  send(name: string, data?: JsonObject, id?: string): Promise<void>;
  /** Calls that were made and not answered. */
  open(): readonly OpenCall[];
  settle(): Promise<void>;
  advance(ms: number): Promise<void>;
  /** Ends the engine with working disks, letting the pauses of its retries pass. */
  end(): Promise<void>;
}

export interface ManualClock extends Clock {
  advance(ms: number): void;
}

function createManualClock(startMs = START_MS): ManualClock {
  let nowMs = startMs;
  const alarms = new Set<{ readonly atMs: number; readonly fire: () => void }>();
  const fireDue = (): boolean => {
    for (const alarm of [...alarms].toSorted((a, b) => a.atMs - b.atMs)) {
      if (alarm.atMs > nowMs || !alarms.delete(alarm)) continue;
      alarm.fire();
      return true;
    }
    return false;
  };
  return {
    nowMs: () => nowMs,
    at(atMs, fire) {
      const alarm = { atMs, fire };
      alarms.add(alarm);
      // Never within the call that sets it, as a real timer.
      if (atMs <= nowMs) setImmediate(() => void (alarms.delete(alarm) && fire()));
      return () => alarms.delete(alarm);
    },
    advance(ms) {
      nowMs += ms;
      while (fireDue());
    },
  };
}

export async function startWorld(
  given: {
    readonly database?: ReturnType<typeof openMemoryDatabase>;
    readonly limits?: Partial<Limits>;
    readonly startMs?: number;
    /** Answers calls at once; `undefined` leaves the call open. */
    readonly answer?: (call: OpenCall) => InboundResponse | undefined;
  } = {},
): Promise<World> {
  const database = given.database ?? openMemoryDatabase();
  const opened = openSqliteStore({ path: ":memory:", database });
  const clock = createManualClock(given.startMs);
  const faults: World["faults"] = {};
  const counter = { commits: 0 };
  const store = withFaults(opened.store, faults, counter);
  const reads = new Map<string, number>();
  const calls: OpenCall[] = [];
  const unanswered = new Set<OpenCall>();
  const log: LogEntry[] = [];
  const engine = createEngine({
    store: counted(store, reads),
    history: opened.history,
    transport: createScriptedTransport({ calls, unanswered, answer: given.answer }),
    clock,
    chance: { random: () => 0, bytes: (count) => new Uint8Array(count) },
    log: (entry) => log.push(entry),
    ...(given.limits === undefined ? {} : { limits: given.limits }),
  });
  await engine.start();
  const world: World = {
    engine,
    clock,
    calls,
    log,
    faults,
    database,
    store,
    history: opened.history,
    reads,
    runs: async () => opened.history.listRuns(ALL_RUNS),
    get commits() {
      return counter.commits;
    },
    async sync(functions, checksum = "c1") {
      await engine.syncApp({
        name: "shop",
        url: "http://localhost:3000/api/inngest",
        sdk: "js:v4.24.0",
        method: "serve",
        checksum,
        functions,
      });
    },
    async send(name, data = {}, id) {
      await engine.sendEvents([{ name, data, ...(id === undefined ? {} : { id }) }]);
    },
    open: () => [...unanswered],
    settle,
    async advance(ms) {
      clock.advance(ms);
      await settle();
    },
    async end() {
      for (const fault of ["commit", "loadRuns", "listTimers"] as const) delete faults[fault];
      await world.advance(1_000);
      await engine.stop({ graceMs: 0 });
    },
  };
  await settle();
  return world;
}

function createScriptedTransport(script: {
  readonly calls: OpenCall[];
  readonly unanswered: Set<OpenCall>;
  readonly answer: ((call: OpenCall) => InboundResponse | undefined) | undefined;
}): Transport {
  const { calls, unanswered, answer } = script;
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        const body = parseBody(request.body);
        const call: OpenCall = {
          request,
          body,
          url: new URL(request.url),
          runId: request.headers["x-run-id"] ?? "",
          stepId: request.headers["x-inngest-step-id"] ?? "",
          timerId: request.headers["x-inngest-job-id"] ?? "",
          attempt: body.ctx?.attempt ?? 0,
          respond(response) {
            if (unanswered.delete(call)) resolve(response);
          },
          fail(code) {
            if (unanswered.delete(call)) reject(new TransportError(code, code));
          },
        };
        calls.push(call);
        unanswered.add(call);
        const response = answer?.(call);
        if (response !== undefined) call.respond(response);
      }),
    close() {
      for (const call of unanswered) call.fail("shutting_down");
      return Promise.resolve();
    },
  };
}

function parseBody(text: string): CallBody {
  return JSON.parse(text === "" ? "{}" : text) as CallBody;
}

function withFaults(store: Store, faults: World["faults"], counter: { commits: number }): Store {
  return {
    open: () => store.open(),
    async commit(changes) {
      if (faults.commit !== undefined) throw faults.commit;
      await store.commit(changes);
      counter.commits += 1;
    },
    async loadRuns(runIds) {
      if (faults.loadRuns !== undefined) throw faults.loadRuns;
      return store.loadRuns(runIds);
    },
    listLanes: (query) => store.listLanes(query),
    countTimersBefore: (query) => store.countTimersBefore(query),
    findLimiters: (ids) => store.findLimiters(ids),
    listCalled: () => store.listCalled(),
    findSlots: (buckets) => store.findSlots(buckets),
    findEvents: (ids) => store.findEvents(ids),
    loadBatchEvents: (batchId) => store.loadBatchEvents(batchId),
    sweepExpired: (nowMs, rowsMax) => store.sweepExpired(nowMs, rowsMax),
    findWaits: (queries) => store.findWaits(queries),
    findIdempotencyKeys: (keys, nowMs) => store.findIdempotencyKeys(keys, nowMs),
    findEventIds: (ids) => store.findEventIds(ids),
    async listTimers(query) {
      if (faults.listTimers !== undefined) throw faults.listTimers;
      return store.listTimers(query);
    },
  };
}

/** Counts the calls of each method, of which tests may put others in place. */
function counted(store: Store, reads: Map<string, number>): Store {
  return new Proxy(store, {
    get(target, name: string) {
      reads.set(name, (reads.get(name) ?? 0) + 1);
      return Reflect.get(target, name) as unknown;
    },
  });
}

/** The engine is cut off as by a crash, and another one takes over its database after a while. */
export async function crash(world: World, downMs = 1): Promise<World> {
  return startWorld({ database: world.database, startMs: world.clock.nowMs() + downMs });
}

/** Immediates run when the queue of microtasks is empty; a few rounds reach what immediates caused. */
async function settle(): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

export function aConfig(slug: string, fields: Partial<FunctionConfig> = {}): FunctionConfig {
  return {
    slug,
    name: slug,
    triggers: [{ kind: "event", event: "shop/order" }],
    url: `http://localhost:3000/api/inngest?fnId=${slug}&stepId=step`,
    maxAttempts: 3,
    concurrency: [],
    cancel: [],
    ...fields,
  };
}

const SDK = { "x-inngest-sdk": "js:v4.24.0", "x-inngest-req-version": "2" };

export function done(result: unknown = null): InboundResponse {
  return { status: 200, headers: SDK, bodyText: JSON.stringify(result) };
}

export function failed(): InboundResponse {
  return { status: 500, headers: SDK, bodyText: '{"name":"Error","message":"boom"}' };
}

export interface WireOp {
  readonly op: OpName;
  readonly id: string;
  readonly name?: string;
  readonly opts?: Record<string, unknown>;
  readonly data?: unknown;
}

export function wireOp(op: OpName, userId: string, fields: Partial<WireOp> = {}): WireOp {
  return { op, id: hashStepId(userId), ...fields };
}

export function ops(...list: readonly WireOp[]): InboundResponse {
  return { status: 206, headers: SDK, bodyText: JSON.stringify(list) };
}
