// What handlers log reaches the run's record exactly once: over steps, replays, checkpoints, retries and lost answers, with runs
// that are kept in memory and runs that are replayed.
import type { ApiAnswer, LogLineView } from "@everstep/api";
import { hashStepId } from "@everstep/protocol";
import { RetryAfterError } from "everstep";
import { describe, expect, it } from "vitest";
import { inWorld, type ServeWorld, type WorldOptions } from "./serve-world.ts";

async function logsOf(world: ServeWorld, runId: string): Promise<readonly LogLineView[]> {
  const response = await fetch(`${world.url}/v2/runs/${runId}/logs`);
  return ((await response.json()) as ApiAnswer<"listRunLogs">).data;
}

function textsOf(lines: readonly LogLineView[]): string[] {
  return lines.map(({ message }) => message);
}

/** Sends `test/go` and waits for the end of its run. */
async function logsOfRun(world: ServeWorld, client: Client): Promise<readonly LogLineView[]> {
  const { ids } = await client.send({ name: "test/go", data: {} });
  const { id, status } = await world.endOf(ids[0] ?? "");
  expect(status).toBe("completed");
  return logsOf(world, id);
}

type Client = ReturnType<ServeWorld["createClient"]>;

const TRIGGERS = { event: "test/go" };
const MODES: readonly (readonly [string, boolean, WorldOptions])[] = [
  ["checkpoints, kept in memory", true, {}],
  ["no checkpoints, kept in memory", false, {}],
  ["checkpoints, replayed", true, { instances: 3 }],
  ["no checkpoints, replayed", false, { instances: 3 }],
  ["streamed answers", false, { serve: { streaming: "force" } }],
];

describe.each(MODES)("lines, %s", (_name, checkpointing, options) => {
  it("are recorded once each, with their steps", () =>
    inWorld(options, async (world) => {
      const client = world.createClient();
      const fn = client.createFunction(
        { id: "talk", checkpointing, triggers: TRIGGERS },
        async ({ step, logger }) => {
          logger.info("begin", { n: 1n });
          await step.run("a", () => logger.debug("in a"));
          logger.info("between");
          await step.sleep("nap", 10);
          await Promise.all([
            step.run("left", () => logger.warn("in left")),
            step.run("right", () => logger.error("in right")),
          ]);
          logger.info("end");
        },
      );
      await world.serve(client, [fn]);
      const lines = await logsOfRun(world, client);
      expect(textsOf(lines).toSorted()).toEqual(
        ["begin", "in a", "between", "in left", "in right", "end"].toSorted(),
      );
      expect(textsOf(lines).slice(0, 3)).toEqual(["begin", "in a", "between"]);
      const stepOf = new Map(lines.map(({ message, stepId }) => [message, stepId]));
      expect(stepOf.get("begin")).toBeUndefined();
      for (const id of ["a", "left", "right"]) expect(stepOf.get(`in ${id}`)).toBe(hashStepId(id));
      expect(lines[0]).toMatchObject({ level: "INFO", fields: { n: "1" } });
      expect(lines.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5]);
    }));
});

describe.each([true, false])("lines of attempts, checkpointing %s", (checkpointing) => {
  it("are there for each attempt", () =>
    inWorld({ retryIntervalMs: 1 }, async (world) => {
      const client = world.createClient();
      const fn = client.createFunction(
        { id: "talk", checkpointing, triggers: TRIGGERS },
        async ({ step, logger, attempt }) => {
          await step.run("first", () => logger.info("first"));
          await step.run("second", () => {
            logger.info("second");
            if (attempt === 0) throw new RetryAfterError("not yet", 1_000);
          });
          logger.info("end");
        },
      );
      await world.serve(client, [fn]);
      const lines = await logsOfRun(world, client);
      expect(lines.map(({ message, attempt }) => [message, attempt])).toEqual([
        ["first", 0],
        ["second", 0],
        ["second", 1],
        ["end", expect.any(Number)],
      ]);
    }));

  it("of a lost answer are lost with it, and those of its checkpoints are kept", () =>
    inWorld({ retryIntervalMs: 1, breaks: (call) => call === 1 }, async (world) => {
      const client = world.createClient();
      const said: string[] = [];
      const fn = client.createFunction(
        { id: "talk", checkpointing, triggers: TRIGGERS },
        async ({ step, logger }) => {
          await step.run("a", () => {
            said.push("a");
            logger.info(`a ${said.length}`);
          });
          said.push("end");
          logger.info(`end ${said.length}`);
        },
      );
      await world.serve(client, [fn]);
      const lines = await logsOfRun(world, client);
      if (checkpointing) {
        // The first call said "end" too, with an answer that never came.
        expect(said).toEqual(["a", "end", "end"]);
        expect(textsOf(lines)).toEqual(["a 1", "end 3"]);
      } else {
        expect(textsOf(lines)).toEqual(["a 2", "end 3"]);
      }
    }));
});

it("lines of a run that fails are kept, and its own error is none of them", () =>
  inWorld({}, async (world) => {
    const client = world.createClient();
    const fn = client.createFunction(
      { id: "talk", retries: 0, triggers: TRIGGERS },
      ({ logger }) => {
        logger.warn("soon", new Error("why"));
        throw new Error("failed");
      },
    );
    await world.serve(client, [fn]);
    const { ids } = await client.send({ name: "test/go", data: {} });
    const { id, status, error } = await world.endOf(ids[0] ?? "");
    expect([status, error?.message]).toEqual(["failed", "failed"]);
    const lines = await logsOf(world, id);
    expect(lines).toMatchObject([
      { level: "WARN", message: "soon", fields: { err: { name: "Error", message: "why" } } },
    ]);
  }));
