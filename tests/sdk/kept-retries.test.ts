// A step's failed attempts while its run waits in the app's memory: the same attempts at the same times as by replay, and the code
// starts once. In both shapes of createFunction, with and without checkpoints. Over sockets, in skipped time.
import { Everstep, NonRetriableError, RetryAfterError } from "everstep";
import { describe, expect, it } from "vitest";
import { inWorld, type RunView, type SeedWorld } from "../seeds/harness/seed-world.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- the handlers are told nothing of their types here
type Context = any;
type Handler = (context: Context) => Promise<unknown>;

interface Mode {
  readonly shape: "v3" | "v4";
  readonly checkpointing: boolean;
}

const MODES: readonly Mode[] = [
  { shape: "v3", checkpointing: true },
  { shape: "v3", checkpointing: false },
  { shape: "v4", checkpointing: true },
  { shape: "v4", checkpointing: false },
];

interface Seen extends RunView {
  readonly starts: number;
}

/** Serves one function, starts it once and sees it to its end. */
async function run(
  world: SeedWorld,
  { shape, checkpointing }: Mode,
  handler: Handler,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Seen> {
  const client = new Everstep({ id: "seeds", checkpointing, logger: world.client.logger });
  let starts = 0;
  const counted: Handler = (context) => {
    starts += 1;
    return handler(context);
  };
  const all = { id: "f", ...options };
  const fn =
    shape === "v3"
      ? client.createFunction(all, { event: "go" }, counted)
      : client.createFunction({ ...all, triggers: [{ event: "go" }] }, counted);
  await world.serve([fn], client);
  return { ...(await world.runToEnd("go")), starts };
}

/** A step that notes its attempts and fails the first ones. */
function failing(attempts: number[], count: number, error = new Error("down")): Handler {
  return async ({ attempt }: { attempt: number }) => {
    attempts.push(attempt);
    if (attempts.length <= count) throw error;
    return attempts.length;
  };
}

describe.each(MODES)("a kept run with $shape functions, checkpointing $checkpointing", (mode) => {
  it("goes on in its own code after a step that failed at first", () =>
    inWorld(async (world) => {
      const attempts: number[] = [];
      const seen = await run(world, mode, async ({ step }) => {
        const told: string[] = [];
        await step.run("note", () => void told.push("note"));
        const n = await step.run("flaky", (context: Context) => failing(attempts, 2)(context));
        await step.run("after", () => void told.push("after"));
        return { told, n };
      });
      expect(seen).toMatchObject({ status: "completed", starts: 1 });
      expect(seen.output).toEqual({ told: ["note", "after"], n: 3 });
      expect(attempts).toEqual([0, 1, 2]);
      expect(Math.floor(seen.tookMs / 1_000)).toBe(45);
    }));

  it("catches what failed in every attempt, with the options of its step", () =>
    inWorld(async (world) => {
      const attempts: number[] = [];
      let undone = 0;
      const seen = await run(world, mode, async ({ step }) => {
        let done = 0;
        try {
          await step.run("do", () => void (done += 1));
          const options = { id: "down", retry: { attempts: 2, delay: "4m" } };
          await step.run(options, (context: Context) => failing(attempts, 99)(context));
        } catch (error) {
          for (let n = 0; n < 2; n += 1) await step.run(`undo ${n}`, () => void (undone += done));
          throw error;
        }
      });
      expect(seen).toMatchObject({ status: "failed", error: { message: "down" }, starts: 1 });
      expect(attempts).toEqual([0, 1, 2]);
      expect(undone).toBe(2);
      expect(Math.floor(seen.tookMs / 60_000)).toBe(8);
    }));

  it("undoes with steps that fail too, after an error that no retry can change", () =>
    inWorld(async (world) => {
      const attempts: number[] = [];
      let failures = 0;
      const onFailure = (): void => void (failures += 1);
      const handler: Handler = async ({ step }) => {
        let done = 0;
        try {
          await step.run("do", () => void (done += 1));
          await step.run("refuse", () => {
            throw new NonRetriableError("sold out");
          });
          return "sold";
        } catch {
          const undo = failing(attempts, 1, new RetryAfterError("busy", 7_000));
          return [done, await step.run("undo", (context: Context) => undo(context)), done];
        }
      };
      const seen = await run(world, mode, handler, { onFailure });
      expect(seen).toMatchObject({ status: "completed", output: [1, 2, 1], starts: 1 });
      expect(attempts).toEqual([0, 1]);
      expect(Math.floor(seen.tookMs / 1_000)).toBe(7);
      expect(failures).toBe(0);
    }));

  it("tries one of several parallel steps again beside the others", () =>
    inWorld(async (world) => {
      const attempts: number[] = [];
      const parts: string[] = [];
      const seen = await run(world, mode, async ({ step }) => {
        const told: string[] = [];
        const results = await Promise.all([
          step.run("left", () => told.push("left")),
          step.run("right", async (context: Context) => {
            await step.run("part", () => void parts.push("part"));
            return failing(attempts, 3)(context);
          }),
          step.sleep("nap", "20s").then(() => step.run("third", () => told.push("third"))),
        ]);
        return { results, told };
      });
      expect(seen).toMatchObject({ status: "completed", starts: 1 });
      expect(seen.output).toEqual({ results: [1, 4, 2], told: ["left", "third"] });
      expect([attempts, parts]).toEqual([[0, 1, 2, 3], ["part"]]);
    }));

  it("does what a replay does where the code knows its attempt", () =>
    inWorld(async (world) => {
      const attempts: number[] = [];
      const seen = await run(world, mode, async ({ step, attempt }) => {
        await step.run("first", () => 1);
        return step.run("flaky", () => failing(attempts, 2)({ attempt }));
      });
      expect(seen).toMatchObject({ status: "completed", output: 3 });
      expect(attempts).toEqual([0, 1, 2]);
      expect(seen.starts).toBeGreaterThan(2);
    }));

  it("is replayed when it was lost meanwhile", () =>
    inWorld(async (world) => {
      const attempts: number[] = [];
      const seen = await run(world, mode, async ({ step }) => {
        const told: string[] = [];
        await step.run("note", () => void told.push("note"));
        // Longer than a run is kept for a retry.
        const flaky = failing(attempts, 1, new RetryAfterError("later", 3_600_000));
        const n = await step.run("flaky", (context: Context) => flaky(context));
        return { told, n };
      });
      expect(seen).toMatchObject({ status: "completed", output: { told: [], n: 2 }, starts: 2 });
      expect(attempts).toEqual([0, 1]);
    }));
});

describe("a run that is cancelled while its step waits for the next attempt", () => {
  it("is not called again", () =>
    inWorld(async (world) => {
      const attempts: number[] = [];
      const fn = world.client.createFunction({ id: "f" }, { event: "go" }, ({ step }) =>
        step.run("down", (context) => failing(attempts, 99)(context)),
      );
      await world.serve([fn]);
      const runId = await world.start("go");
      await world.engine.cancelRun(runId);
      await world.advance(3_600_000);
      expect(await world.view(runId)).toMatchObject({ status: "cancelled" });
      expect(attempts).toEqual([0]);
    }));
});
