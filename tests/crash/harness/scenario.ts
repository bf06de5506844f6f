// One data folder, one load, a chain of engine lives that each end in a kill, and a last life that must set everything
// right. The client sees one server that is away now and then.
import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../../protocol/harness/wait-until.ts";
import type { AppPoint } from "../apps/messages.ts";
import { checkFile } from "./check-file.ts";
import { checkHistory } from "./check-history.ts";
import { checkJournal, type JournalFindings } from "./check-journal.ts";
import type { CrashClient } from "./crash-client.ts";
import type { CrashWorld } from "./crash-world.ts";
import type { EngineLife, Exit, LifeOptions } from "./engine-life.ts";
import { Load } from "./load.ts";

// Bounds for what never comes, below the time of a test: a quarter of a core takes more than half of them.
const DEATH_TIMEOUT_MS = 120_000;
const REST_TIMEOUT_MS = 100_000;
const REST_POLL_MS = 100;
const STOP_TIMEOUT_MS = 60_000;

/** What ends a life: a point of the engine, a point of an app, an answer that a client has read, or the clock. */
export type Death =
  | { readonly kind: "failpoint"; readonly name: string; readonly nth: number }
  | { readonly kind: "app"; readonly point: AppPoint; readonly nth: number }
  | { readonly kind: "acked"; readonly count: number }
  | { readonly kind: "clock"; readonly afterSpawnMs: number };

export interface Summary {
  readonly complaints: string[];
  readonly kills: number;
  readonly acked: number;
  readonly lostAnswers: number;
  readonly runs: number;
  readonly executions: number;
  /** Functions that were called with an attempt above 0, though their steps do not fail. */
  readonly retried: string[];
}

export class Scenario {
  readonly client: CrashClient;
  readonly load: Load;
  /** Of the first life, and then of all. */
  dataDir: string;
  readonly #world: CrashWorld;
  readonly #lives: EngineLife[] = [];
  /** What an app did before belongs to earlier scenarios. */
  readonly #createdAtMs = Date.now();
  #kills = 0;

  constructor(world: CrashWorld, seed: number) {
    this.#world = world;
    this.client = world.client();
    this.dataDir = world.newDataDir();
    const appIds = world.apps.map((app) => app.appId);
    this.load = new Load(this.client, appIds, seed);
  }

  get life(): EngineLife {
    const life = this.#lives.at(-1);
    if (life === undefined) throw new Error("no engine was started");
    return life;
  }

  /** Starts an engine that has both apps in sync. */
  async open(options: Partial<LifeOptions> = {}): Promise<void> {
    this.#spawn(options);
    if (!(await this.life.ready())) throw new Error(`it did not start\n${this.life.log.last(60)}`);
    await Promise.all(
      this.#world.apps.map((app) =>
        waitUntil(
          async () => {
            const answer = await this.client.ask(`/v1/apps/${app.appId}/functions`);
            return answer?.status === 200 ? true : undefined;
          },
          { what: `${app.appId} to be synced`, explain: () => this.life.log.last(60) },
        ),
      ),
    );
  }

  async kill(): Promise<void> {
    this.life.signal("SIGKILL");
    await this.#died();
  }

  /** A whole life: spawn, and the death that was ordered. */
  async live(death: Death): Promise<void> {
    const failAt = death.kind === "failpoint" ? { failAt: `${death.name}:${death.nth}` } : {};
    this.#spawn(failAt);
    if (death.kind === "app") {
      const { point, nth } = death;
      this.#world.appFor(point, nth).tell({ kind: "arm", point, nth, pid: this.life.pid });
    } else if (death.kind === "acked") {
      await this.load.acked(death.count);
      this.life.signal("SIGKILL");
    } else if (death.kind === "clock") {
      await pause(death.afterSpawnMs);
      this.life.signal("SIGKILL");
    }
    await this.#died();
  }

  /** Ends the load and waits until no run has anything to do. Resolves with what is still to do when that takes too long. */
  async rest(): Promise<string[]> {
    await this.load.finish();
    const endsAtMs = Date.now() + REST_TIMEOUT_MS;
    for (;;) {
      const left = await this.#unfinished();
      if (left === 0) return [];
      if (Date.now() > endsAtMs) {
        return [`${String(left)} runs have not ended\n${this.life.log.last(20)}`];
      }
      await pause(REST_POLL_MS);
    }
  }

  /** Rest, checks, SIGTERM, checks of the file. */
  async conclude(): Promise<Summary> {
    const complaints = await this.rest();
    const journals = this.#journals();
    complaints.push(...(await checkHistory(this.client, this.load, journals)));
    for (const journal of journals.values()) complaints.push(...journal.complaints);
    const exit = await this.terminate();
    if (exit.code !== 0) complaints.push(`SIGTERM: ${JSON.stringify(exit)}`);
    const file = checkFile(this.dataDir);
    complaints.push(...file.complaints);
    return {
      complaints,
      kills: this.#kills,
      acked: this.load.expectations.length,
      lostAnswers: this.client.lost,
      runs: file.runs,
      executions: [...journals.values()].reduce((sum, { executions }) => sum + executions, 0),
      retried: [...journals.values()].flatMap(({ retried }) => [...retried]),
    };
  }

  async terminate(): Promise<Exit> {
    this.life.signal("SIGTERM");
    return await this.life.ended(STOP_TIMEOUT_MS);
  }

  /** Kills what still runs, after a test that failed. */
  async abandon(): Promise<void> {
    const life = this.#lives.at(-1);
    if (life === undefined || life.isOver) return;
    life.signal("SIGKILL");
    await life.exited;
  }

  #journals(): Map<string, JournalFindings> {
    return new Map(
      this.#world.apps.map((app) => {
        const own = app.journal().filter(({ atMs }) => atMs >= this.#createdAtMs);
        return [app.appId, checkJournal(own)];
      }),
    );
  }

  #spawn(options: Partial<LifeOptions>): void {
    this.dataDir = options.dataDir ?? this.dataDir;
    this.#lives.push(this.#world.spawn(this.dataDir, options));
  }

  async #died(): Promise<void> {
    const exit = await this.life.ended(DEATH_TIMEOUT_MS);
    if (exit.signal !== "SIGKILL") {
      throw new Error(
        `the engine was to die of SIGKILL: ${JSON.stringify(exit)}\n${this.life.log.last(60)}`,
      );
    }
    this.#kills += 1;
  }

  /** How many runs are not over, as GraphQL counts them. */
  async #unfinished(): Promise<unknown> {
    const filter = { from: "2000-01-01T00:00:00Z", status: ["QUEUED", "RUNNING"] };
    const query = `query ($filter: RunsFilterV2!) {
      runs(filter: $filter, orderBy: [{ field: QUEUED_AT, direction: ASC }]) { totalCount }
    }`;
    const { body } = await this.client.insist("/v0/gql", {
      method: "POST",
      body: JSON.stringify({ query, variables: { filter } }),
    });
    const { data } = body as { data?: { runs: { totalCount: number } } };
    return data?.runs.totalCount ?? JSON.stringify(body);
  }
}
