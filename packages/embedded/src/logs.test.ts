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
  const logs = await run.logs();
  expect(logs.map(({ step, level, message, fields }) => [step, level, message, fields])).toEqual([
    ["a", "info", "in a", undefined],
    [undefined, "info", "between", undefined],
    ["b", "warn", "in b", { attempt: 0 }],
    [undefined, "info", "between", undefined],
    ["b", "warn", "in b", { attempt: 1 }],
  ]);
  expect(logs.map(({ attempt }) => attempt)).toEqual([0, 0, 0, 1, 1]);
  expect(logs[0]?.atMs).toBeGreaterThan(Date.UTC(2026, 0));
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

it("are read page after page, and refused of a run that is not there", async () => {
  const shop = new Everstep({ id: "shop", logger: silent, isDev: true });
  const fn = shop.createFunction(
    { id: "talk", triggers: { event: "shop/go" } },
    async ({ step, logger }) => {
      for (let part = 0; part < 11; part += 1) {
        await step.run(`part-${part}`, () => {
          for (let n = 0; n < 100; n += 1) logger.info(`${part} ${n}`);
        });
      }
    },
  );
  await using engine = await createEngine({ functions: [fn], data: ":memory:" }).start();
  const { logs, result } = await engine.startRun(fn);
  await result();
  const lines = await logs();
  expect(lines).toHaveLength(1_100);
  expect(lines[1_000]).toMatchObject({ message: "10 0", step: "part-10" });
  await expect(engine.run("01JZ8M9E5S3V7Q2X4B6N8R0RVN").logs()).rejects.toThrow("There is no run");
});
