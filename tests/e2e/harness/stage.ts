// The server side of a browser test: an engine on a seeded store, with the app that its functions are of.
import { join } from "node:path";
import { buildDashboard, startEngine, type EngineProcess } from "./engine-process.ts";
import { seedStore } from "./seed-store.ts";
import { startTestApp } from "./test-app.ts";

export interface Stage {
  readonly engine: EngineProcess;
  readonly longRunId: string;
  stop(): Promise<void>;
}

/** @param folder For the store; it stays. */
export async function startStage(folder: string): Promise<Stage> {
  await buildDashboard();
  const first = await startEngine(folder);
  let engine = first;
  const app = await startTestApp(() => engine.url);
  await app.sync();
  await first.stop();
  const { longRunId } = await seedStore(join(folder, ".everstep", "main.db"));
  engine = await startEngine(folder, first.port);
  return {
    engine,
    longRunId,
    stop: async () => {
      await engine.stop();
      await app.close();
    },
  };
}
