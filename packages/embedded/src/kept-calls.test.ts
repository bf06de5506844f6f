// Runs that stay in memory between the calls of an embedded engine: their code goes on where it was, until it is lost or given up.
import { Everstep } from "everstep";
import { afterEach, describe, expect, it } from "vitest";
import { createEngine, type EmbeddedEngine, type RunHandle } from "./index.ts";
import { createManualClock, until, type ManualClock } from "./testing/manual-clock.ts";

const silent = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };
const open: EmbeddedEngine[] = [];

afterEach(async () => {
  for (const engine of open.splice(0)) await engine.stop();
});

function client(checkpointing = true): Everstep {
  return new Everstep({ id: "shop", logger: silent, isDev: true, checkpointing });
}

async function start(
  functions: Parameters<typeof createEngine>[0]["functions"],
  more: Partial<Parameters<typeof createEngine>[0]> = {},
): Promise<EmbeddedEngine & { readonly clock: ManualClock }> {
  const clock = createManualClock();
  const engine = createEngine({ functions, data: ":memory:", clock, ...more });
  open.push(engine);
  return Object.assign(await engine.start(), { clock });
}

/** Moves the clock until the run has ended. */
async function endOf(
  run: Pick<RunHandle, "status" | "result">,
  clock: ManualClock,
  stepMs: number,
): Promise<unknown> {
  await until("the run has ended", async () => {
    clock.advance(stepMs);
    return !["queued", "running"].includes(await run.status());
  });
  return run.result();
}

describe("a run of an embedded engine", () => {
  it.each([true, false])(
    "keeps its variables over sleeps, failed attempts and their catch block, checkpointing %s",
    async (checkpointing) => {
      const attempts: number[] = [];
      let starts = 0;
      const fn = client(checkpointing).createFunction(
        { id: "fn", retries: 2 },
        { event: "shop/go" },
        async ({ step }) => {
          starts += 1;
          let charged = 0;
          await step.run("charge", () => void (charged += 1));
          await step.sleep("nap", "30s");
          try {
            await step.run("ship", (context) => {
              attempts.push(context.attempt);
              throw new Error("no ship");
            });
          } catch (error) {
            await step.run("refund", () => void (charged -= 1));
            return [charged, (error as Error).message];
          }
          return "shipped";
        },
      );
      const engine = await start([fn], { retryInterval: "1m" });
      const run = await engine.startRun(fn);
      expect(await endOf(run, engine.clock, 10_000)).toEqual([0, "no ship"]);
      expect({ attempts, starts }).toEqual({ attempts: [0, 1, 2], starts: 1 });
    },
  );

  it("goes on in one place while parallel steps end, in the shape of version 3 too", async () => {
    let starts = 0;
    const fn = client().createFunction({ id: "fn" }, { event: "shop/go" }, async ({ step }) => {
      starts += 1;
      const chain = async (name: string): Promise<number> => {
        let count = 0;
        for (let n = 0; n < 3; n += 1) await step.run(`${name} ${n}`, () => void (count += 1));
        return count;
      };
      return Promise.all([chain("a"), chain("b"), chain("c"), chain("d")]);
    });
    const engine = await start([fn]);
    expect(await engine.invoke(fn)).toEqual([3, 3, 3, 3]);
    expect(starts).toBe(1);
  });

  it("is replayed after a call that was given up, whatever becomes of that call", async () => {
    const held: (() => void)[] = [];
    let starts = 0;
    let late = 0;
    const fn = client().createFunction({ id: "fn" }, { event: "shop/go" }, async ({ step }) => {
      starts += 1;
      await step.sleep("nap", "1s");
      const n = await step.run("slow", async ({ attempt }) => {
        if (attempt === 0) await new Promise<void>((resolve) => held.push(resolve));
        return attempt;
      });
      late += n;
      await step.sleep("rest", "1s");
      return n;
    });
    const limits = { callTimeoutMs: 5_000 };
    const engine = await start([fn], { limits, retryInterval: 1 });
    const run = await engine.startRun(fn);
    await until("the slow step runs", () => {
      engine.clock.advance(1_000);
      return held.length === 1;
    });
    engine.clock.advance(5_000);
    await until("the call is made again", () => {
      engine.clock.advance(1);
      return late === 1;
    });
    held[0]?.();
    expect(await endOf(run, engine.clock, 500)).toBe(1);
    expect({ starts, late }).toEqual({ starts: 2, late: 1 });
  });
});
