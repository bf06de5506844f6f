// One engine with its server, and samples served to it over HTTP by the package's own adapter, all in this process. Nothing waits
// for time: `finish` skips to the engine's next alarm whenever nothing is under way, so that seven days take milliseconds.
import type { RunHead } from "@everstep/core";
import { createEngine, createHttpTransport, systemChance, type Engine } from "@everstep/engine";
import type { FunctionConfig } from "@everstep/protocol";
import { createServer, type Server } from "@everstep/server";
import { openMemoryDatabase, openSqliteStore } from "@everstep/store-sqlite";
import { Everstep } from "everstep";
import { vi } from "vitest";
import { AppHost, type Listener } from "./app-host.ts";
import { partOf, sourceOf } from "./compile.ts";
import { getSample } from "./extract.ts";
import { runSample, type SampleExports } from "./load-sample.ts";
import { PARTS } from "./rows.ts";
import { createSeedClock, type SeedClock } from "./seed-clock.ts";
import { createServices, type Services } from "./services.ts";
import { createSurroundings, type Given } from "./surroundings.ts";
import { countFetches } from "./count-fetches.ts";

/** How a run ended, or stands. */
export interface RunView {
  readonly id: string;
  readonly status: RunHead["status"];
  readonly output: unknown;
  readonly error: RunHead["error"];
  /** Names of finished steps in the order they ended. */
  readonly steps: readonly string[];
  /** From its creation to its end or to now, ms of the world's time. */
  readonly tookMs: number;
}

type Logger = Pick<Console, "info" | "warn" | "error" | "debug">;

/** The untyped client. */
export type SeedClient = Everstep<{ readonly id: "seeds"; readonly logger: Logger }>;

const IDLE_ROUNDS = 3;
const DEADLINE_MS = 10_000;
/** Further than any wait of the seeds: an alarm behind this belongs to something that nobody asked for. */
const SKIP_MS_MAX = 40 * 86_400_000;
const RUNS_MAX = 20_000;

const realNowMs = (): number => performance.now();

export class SeedWorld {
  readonly clock: SeedClock = createSeedClock();
  readonly services: Services = createServices();
  /** What the client's logger was told. */
  readonly logs: Services = createServices();
  readonly #database = openMemoryDatabase();
  readonly #store = openSqliteStore({ path: ":memory:", database: this.#database });
  readonly #transport = createHttpTransport();
  readonly #apps = new AppHost();
  readonly #fetches = countFetches();
  #uninstall: () => void = () => undefined;
  #server: Server | undefined;
  #client: SeedClient | undefined;
  url = "";
  readonly engine: Engine = createEngine({
    store: this.#store.store,
    history: this.#store.history,
    transport: this.#transport,
    clock: this.clock,
    // Delays of retries carry no extra.
    chance: { ...systemChance, random: () => 0 },
    log: () => undefined,
  });

  static async start(): Promise<SeedWorld> {
    const world = new SeedWorld();
    world.#uninstall = world.clock.install();
    await world.engine.start();
    const { engine, clock } = world;
    world.#server = createServer({
      engine,
      history: world.#store.history,
      transport: world.#transport,
      clock,
      log: () => undefined,
      serverKind: "dev",
      signingKeys: [],
      host: "127.0.0.1",
      port: 0,
      version: "0.0.0",
      poll: { enabled: false, intervalMs: 60_000 },
      discovery: { enabled: false },
    });
    world.url = (await world.#server.listen()).url;
    vi.stubEnv("INNGEST_DEV", world.url);
    // Clients that a sample makes itself log to the console.
    for (const [level, record] of Object.entries(recordingLogger(world.logs))) {
      vi.spyOn(console, level as keyof Logger).mockImplementation(record);
    }
    return world;
  }

  /** The client of samples that use `inngest` without making one. */
  get client(): SeedClient {
    this.#client ??= createClient(this.logs);
    return this.#client;
  }

  /** Runs a sample as a module. @param given What it finds besides the usual surroundings. */
  load(id: string, given: Given = {}): Promise<SampleExports> {
    return this.#run(sourceOf(getSample(id)), given);
  }

  /** Runs one part, from 1, of a sample that runs in parts only. */
  loadPart(id: string, part: number, given: Given = {}): Promise<SampleExports> {
    const lines = PARTS[id]?.[part - 1];
    if (lines === undefined) throw new Error(`part: ${id} has no part ${part}`);
    return this.#run(partOf(getSample(id), part - 1, lines), given);
  }

  /** Loads a sample and serves every function that it exports. */
  async serveSample(id: string, given: Given = {}): Promise<SampleExports> {
    const exported = await this.load(id, given);
    await this.serve(Object.values(exported));
    return exported;
  }

  /** Serves functions with the package's node adapter and has the engine sync them. */
  async serve(functions: readonly unknown[], client: unknown = this.client): Promise<void> {
    const { serve } = await import("everstep/node");
    const options = { client, functions } as Parameters<typeof serve>[0];
    await this.mount(serve(options));
  }

  /** Puts a handler behind a port of its own, unknown to the engine. @returns The handler's address. */
  async host(listener: Listener): Promise<string> {
    return `${await this.#apps.listen(listener)}/api/inngest`;
  }

  /** Requests that apps have got so far. */
  get appRequests(): number {
    return this.#apps.requestCount;
  }

  /** Puts a handler behind a port of its own and has the engine sync it. @returns The handler's address. */
  async mount(listener: Listener): Promise<string> {
    const url = await this.host(listener);
    const synced = await this.#server?.syncByUrl(url);
    if (synced?.ok !== true) throw new Error(`sync of ${url}: ${JSON.stringify(synced)}`);
    return url;
  }

  /** Sends one event to the engine's event API. @returns Its internal id. */
  async send(name: string, data: Record<string, unknown> = {}): Promise<string> {
    const response = await fetch(`${this.url}/e/seeds`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify([{ name, data }]),
    });
    const { ids } = (await response.json()) as { ids: string[] };
    return ids[0] ?? "";
  }

  /** Sends one event that starts exactly one run, and lets it go as far as it comes without waiting. */
  async start(name: string, data: Record<string, unknown> = {}): Promise<string> {
    const eventId = await this.send(name, data);
    await this.idle();
    const runs = await this.runsOf(eventId);
    if (runs.length !== 1) throw new Error(`${name} started ${runs.length} runs instead of one`);
    return runs[0]?.id ?? "";
  }

  async runToEnd(name: string, data: Record<string, unknown> = {}): Promise<RunView> {
    return await this.finish(await this.start(name, data));
  }

  async runsOf(eventId: string): Promise<readonly RunHead[]> {
    return await this.#store.history.listRunsOfEvent(eventId, { limit: RUNS_MAX });
  }

  /** Every run of one function, by its id without the app's prefix, oldest first. */
  async runsOfFunction(id: string): Promise<readonly RunHead[]> {
    const all = await this.#store.history.listRuns({
      filter: { timeField: "createdAtMs" },
      order: "asc",
      limit: RUNS_MAX,
    });
    return all.filter(
      (run) => this.engine.findFunction(run.functionId)?.config.slug.endsWith(`-${id}`) === true,
    );
  }

  /** What the engine registered for a function, by its id without the app's prefix. */
  configOf(id: string): FunctionConfig {
    const found = this.engine.functions().find(({ config }) => config.slug.endsWith(`-${id}`));
    if (found === undefined) throw new Error(`id: no function "${id}" is registered`);
    return found.config;
  }

  /** Skips from alarm to alarm until the cron function has run once more. */
  async tick(id: string): Promise<RunView> {
    const before = (await this.runsOfFunction(id)).length;
    for (;;) {
      const run = (await this.runsOfFunction(id))[before];
      if (run !== undefined) return await this.finish(run.id);
      this.skip(`cron of ${id}`);
      await this.idle();
    }
  }

  /** Serves one function whose body is a sample that stands inside of a handler. */
  async serveFragment(id: string, event: string, given: Given = {}): Promise<void> {
    const source = sourceOf(getSample(id));
    const surroundings = await createSurroundings(this, given);
    const fragment = this.client.createFunction({ id: "fragment" }, { event }, async (context) => {
      const own: Readonly<Record<string, unknown>> = { step: context.step, event: context.event };
      const find = (name: string): unknown => own[name] ?? surroundings.find(name);
      await runSample(source, { ...surroundings, find });
    });
    await this.serve([fragment]);
  }

  /** Data of stored events with this name, oldest first. */
  async eventsNamed(name: string): Promise<readonly Record<string, unknown>[]> {
    const events = await this.#store.history.listEvents({
      filter: { names: [name], includeInternal: true },
      limit: RUNS_MAX,
    });
    return events
      .toReversed()
      .map(({ dataJson }) => JSON.parse(dataJson) as Record<string, unknown>);
  }

  async view(runId: string): Promise<RunView> {
    const head = await this.#store.history.findRun(runId);
    if (head === undefined) throw new Error(`runId: there is no run ${runId}`);
    const { steps } = await this.#store.history.readRunDetail(runId);
    return {
      id: head.id,
      status: head.status,
      output: head.outputJson === undefined ? undefined : JSON.parse(head.outputJson),
      error: head.error,
      steps: steps.map(({ name }) => name),
      tookMs: (head.endedAtMs ?? this.clock.nowMs()) - head.createdAtMs,
    };
  }

  /** Skips from alarm to alarm until the run has ended. */
  async finish(runId: string): Promise<RunView> {
    for (;;) {
      await this.idle();
      const run = await this.view(runId);
      if (run.status !== "queued" && run.status !== "running") return run;
      this.skip(`run ${runId} (${JSON.stringify(run)})`);
    }
  }

  /** Skips to the engine's next alarm. @throws Error when there is none within reach. */
  skip(why: string): void {
    const nextAtMs = this.clock.nextAlarmAtMs();
    if (nextAtMs === undefined || nextAtMs - this.clock.nowMs() > SKIP_MS_MAX) {
      throw new Error(`nothing will happen any more: ${why}`);
    }
    this.clock.advance(Math.max(0, nextAtMs - this.clock.nowMs()));
  }

  /** Skips a span of time at once, then lets everything settle. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.idle();
  }

  /** Resolves when the condition holds, for what happens while a call is out. */
  async until(isTrue: () => boolean): Promise<void> {
    const endsAtMs = realNowMs() + DEADLINE_MS;
    while (!isTrue()) {
      await nextTurn();
      if (realNowMs() > endsAtMs) throw new Error(`did not come true in ${DEADLINE_MS} ms`);
    }
  }

  /** Resolves when no call, request or answer is under way. */
  async idle(): Promise<void> {
    let seen = { progress: -1, atMs: 0 };
    let quiet = 0;
    while (quiet < IDLE_ROUNDS) {
      await nextTurn();
      quiet = this.#isBusy() ? 0 : quiet + 1;
      const progress = this.#apps.requestCount + this.#fetches.count();
      if (progress !== seen.progress) seen = { progress, atMs: realNowMs() };
      if (realNowMs() - seen.atMs > DEADLINE_MS) {
        throw new Error(`busy, and nothing happened for ${DEADLINE_MS} ms`);
      }
    }
  }

  async stop(): Promise<void> {
    await this.engine.stop({ graceMs: 0 });
    await this.#apps.close();
    await this.#server?.close({ graceMs: 0 });
    await this.#transport.close();
    await this.#store.close();
    this.#fetches.restore();
    this.#uninstall();
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  }

  #isBusy(): boolean {
    return (
      this.engine.status().callsInFlight > 0 ||
      this.#apps.requestsInFlight > 0 ||
      this.#fetches.inFlight() > 0
    );
  }

  async #run(source: { id: string; text: string }, given: Given): Promise<SampleExports> {
    return await runSample(source, await createSurroundings(this, given));
  }
}

/** A turn of the event loop that has seen its sockets, after everything that was due in this one. */
async function nextTurn(): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** A logger of the four methods and nothing else. */
export function recordingLogger(logs: Services): Logger {
  const level = (name: string): ((...args: unknown[]) => void) =>
    logs.find(`logger.${name}`) as (...args: unknown[]) => void;
  return {
    info: level("info"),
    warn: level("warn"),
    error: level("error"),
    debug: level("debug"),
  };
}

/** As an app makes one: id and logger, the rest from the environment. */
function createClient(logs: Services): SeedClient {
  return new Everstep({ id: "seeds", logger: recordingLogger(logs) });
}

/** Runs a test in a world of its own. */
export async function inWorld(test: (world: SeedWorld) => Promise<void>): Promise<void> {
  const world = await SeedWorld.start();
  try {
    await test(world);
  } finally {
    await world.stop();
  }
}
