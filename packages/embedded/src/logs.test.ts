// What handlers log without HTTP in between: kept with the run as over the wire.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashStepId } from "@everstep/protocol";
import { openSqliteStore } from "@everstep/store-sqlite";
import { Everstep } from "everstep";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createEngine } from "./index.ts";

const silent = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "everstep-logs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it.each([true, false])("are kept with their run, checkpointing %s", async (checkpointing) => {
  const shop = new Everstep({ id: "shop", logger: silent, isDev: true });
  const fn = shop.createFunction(
    { id: "talk", checkpointing, triggers: { event: "shop/go" } },
    async ({ step, logger, attempt }) => {
      await step.run("a", () => logger.info("in a"));
      logger.info("between");
      await step.run("b", () => {
        logger.warn("in b", { attempt });
        if (attempt === 0) throw new Error("not yet");
      });
    },
  );
  const data = join(folder, "everstep.db");
  const engine = await createEngine({ functions: [fn], data, retryInterval: 1 }).start();
  const run = await engine.startRun(fn);
  await run.result();
  await engine.stop();
  const { history, close } = openSqliteStore({ path: data });
  const lines = await history.listRunLogs({ runId: run.id, limit: 9 });
  await close();
  expect(lines).toMatchObject([
    { message: "in a", attempt: 0, stepId: hashStepId("a") },
    { message: "between", attempt: 0 },
    { message: "in b", attempt: 0, stepId: hashStepId("b"), fieldsJson: '{"attempt":0}' },
    { message: "between", attempt: 1 },
    { message: "in b", attempt: 1 },
  ]);
});
