// Once for all browser tests: the dashboard built, a store with 100,000 runs, the engine and the app that ran them, and one
// browser. Test files get the addresses with `inject`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { launchBrowser } from "./browser.ts";
import { startStage } from "./stage.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly engineUrl: string;
    readonly browserUrl: string;
    /** The run with SEEDED.steps steps. */
    readonly longRunId: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "everstep-e2e-"));
  const [stage, browser] = await Promise.all([startStage(folder), launchBrowser()]);
  project.provide("engineUrl", stage.engine.url);
  project.provide("longRunId", stage.longRunId);
  project.provide("browserUrl", browser.wsEndpoint());
  return async () => {
    await browser.close();
    await stage.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
