// The processes of a workload: the engine, the stub engine, and for each SDK two apps, one that belongs to the engine and one
// that belongs to the stub, so that both stay warm while they are measured in turn.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../tests/protocol/harness/free-port.ts";
import type { VariantName } from "./messages.ts";
import { AppProcess } from "./processes/app-process.ts";
import { EngineProcess } from "./processes/engine-process.ts";
import { StubProcess } from "./processes/stub-process.ts";

export interface Pair {
  readonly variant: VariantName;
  /** Registered with the engine. */
  readonly app: AppProcess;
  /** Talks to the stub engine. */
  readonly stubApp: AppProcess;
}

export interface StageOptions {
  /** Where its data folder is made. */
  readonly parent: string;
  readonly profileDirectory?: string | undefined;
}

export class Stage {
  readonly engine: EngineProcess;
  readonly stub: StubProcess;
  /** Runs of the engine that must have completed so far. */
  #completed = 0;
  readonly #directory: string;
  readonly #pairs = new Map<VariantName, Pair>();

  private constructor(directory: string, engine: EngineProcess, stub: StubProcess) {
    this.#directory = directory;
    this.engine = engine;
    this.stub = stub;
  }

  static async open({ parent, profileDirectory }: StageOptions): Promise<Stage> {
    const directory = mkdtempSync(join(parent, "everstep-bench-"));
    const port = await freePort();
    const engine = new EngineProcess({
      directory: join(directory, "data"),
      port,
      profileDirectory,
    });
    const [stub] = await Promise.all([StubProcess.start(), engine.start()]);
    return new Stage(directory, engine, stub);
  }

  async pair(variant: VariantName): Promise<Pair> {
    const known = this.#pairs.get(variant);
    if (known !== undefined) return known;
    const [app, stubApp] = await Promise.all([
      AppProcess.start(variant, this.engine.url),
      AppProcess.start(variant, this.stub.url),
    ]);
    const pair = { variant, app, stubApp };
    this.#pairs.set(variant, pair);
    await app.register();
    return pair;
  }

  /** Waits until the engine has recorded the end of `count` more runs: nothing was lost, nothing ran twice. */
  async waitCompleted(count: number): Promise<void> {
    this.#completed += count;
    await this.engine.waitCompleted(this.#completed);
  }

  async close(): Promise<void> {
    await this.engine.stop();
    for (const { app, stubApp } of this.#pairs.values())
      await Promise.all([app, stubApp].map((each) => each.stop()));
    await this.stub.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** The processes live as long as the work. */
export async function withOwnStage<T>(
  options: StageOptions,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  const stage = await Stage.open(options);
  try {
    return await work(stage);
  } finally {
    await stage.close();
  }
}
