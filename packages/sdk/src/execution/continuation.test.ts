// A run that is kept in memory must come to what it comes to by replay: same results in the same order, same end, each callback
// once. And it must really be kept: its function starts once.
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { NonRetriableError } from "../errors.ts";
import type { StepContext } from "../steps/step-request.ts";
import type { CheckpointOptions } from "../functions/definition.ts";
import type { TestContext } from "./test-call.ts";
import { ParkedRuns } from "./parked-runs.ts";
import { runToEnd } from "./test-engine.ts";

/** `flaky` and `nest` fail once, `down` always, and `nest` has done a part of its work when it fails. */
const ONCE = ["run", "run", "fail", "sleep", "wait"] as const;
const LEAVES = [...ONCE, "flaky", "nest", "down"] as const;

type Program =
  | { readonly type: (typeof LEAVES)[number] }
  | { readonly type: "all" | "seq" | "race"; readonly items: readonly Program[] };

const leaf: fc.Arbitrary<Program> = fc.constantFrom(...LEAVES).map((type) => ({ type }));
const onceLeaf: fc.Arbitrary<Program> = fc.constantFrom(...ONCE).map((type) => ({ type }));
const programArbitrary: fc.Arbitrary<Program> = fc.letrec<{ program: Program }>((tie) => ({
  program: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({
      type: fc.constantFrom("seq" as const, "seq" as const, "all" as const),
      items: fc.array(tie("program"), { minLength: 1, maxLength: 4 }),
    }),
    // Of single steps of one attempt: what a loser does later may or may not begin before the winner ends the run.
    fc.record({
      type: fc.constant("race" as const),
      items: fc.array(onceLeaf, { minLength: 1, maxLength: 3 }),
    }),
  ),
})).program;

const EACH: CheckpointOptions = { bufferedSteps: 1, maxIntervalMs: 0, maxRuntimeMs: 0 };

/** How a callback learns which attempt it is. */
type Tells = "callback" | "handler" | "handler at once";

/** What a program did, told by the side effects that replays must not repeat. */
interface Traces {
  starts: number;
  readonly ran: string[];
}

function handlerOf(
  program: Program,
  traces: Traces,
  tells: Tells,
): (context: TestContext) => Promise<unknown> {
  return async (context) => {
    traces.starts += 1;
    const first = tells === "handler at once" ? (context.attempt as number) : undefined;
    const attemptOf = (own: number): number =>
      tells === "callback" ? own : (first ?? (context.attempt as number));
    return interpret(program, context, { traces, path: "p", attemptOf });
  };
}

interface Place {
  readonly traces: Traces;
  readonly path: string;
  readonly attemptOf: (own: number) => number;
}

async function interpret(program: Program, { step }: TestContext, at: Place): Promise<unknown> {
  const { traces, path } = at;
  const inner = (item: Program, index: number): Promise<unknown> =>
    interpret(item, { step }, { ...at, path: `${path}.${index}` });
  switch (program.type) {
    case "flaky":
    case "nest":
    case "down":
      return retried(program.type, { step }, at);
    case "run":
      return step.run(path, () => {
        traces.ran.push(path);
        return `did ${path}`;
      });
    case "fail":
      try {
        return await step.run(path, () => {
          traces.ran.push(path);
          throw new NonRetriableError(`no ${path}`);
        });
      } catch (error) {
        return `caught ${(error as Error).message}`;
      }
    case "sleep":
      return step.sleep(path, "1s");
    case "wait":
      return step.waitForEvent(path, { event: "a", timeout: "1s" });
    case "all":
      return Promise.all(program.items.map(inner));
    case "race":
      return Promise.race(program.items.map(inner));
    case "seq": {
      const done: unknown[] = [];
      for (const [index, item] of program.items.entries()) done.push(await inner(item, index));
      return done;
    }
  }
}

async function retried(
  type: "flaky" | "nest" | "down",
  { step }: TestContext,
  { traces, path, attemptOf }: Place,
): Promise<unknown> {
  try {
    return await step.run(path, async (context: StepContext) => {
      const attempt = attemptOf(context.attempt);
      traces.ran.push(`${path} ${attempt}`);
      if (type === "nest") await step.run("part", () => void traces.ran.push(`${path} part`));
      if (attempt === 0 || type === "down") throw new Error(`no ${path}`);
      return `did ${path} in attempt ${attempt}`;
    });
  } catch (error) {
    return `caught ${(error as Error).message}`;
  }
}

const kept: ParkedRuns[] = [];
function parkedRuns(options?: ConstructorParameters<typeof ParkedRuns>[0]): ParkedRuns {
  const runs = new ParkedRuns(options);
  kept.push(runs);
  return runs;
}
afterEach(() => {
  for (const runs of kept.splice(0)) runs.clear();
});

describe("a run that is kept in memory", () => {
  it("comes to what replay comes to", async () => {
    await fc.assert(
      fc.asyncProperty(
        programArbitrary,
        fc.record({
          isCheckpointing: fc.boolean(),
          picks: fc.array(fc.nat(), { minLength: 1, maxLength: 20 }),
          losesEvery: fc.constantFrom(0, 0, 3, 5),
          tells: fc.constantFrom<Tells>("callback", "callback", "handler", "handler at once"),
        }),
        async (program, { isCheckpointing, picks, losesEvery, tells }) => {
          const run = async (runs: ParkedRuns | undefined): Promise<unknown[]> => {
            const traces: Traces = { starts: 0, ran: [] };
            let picked = 0;
            let calls = 0;
            const ended = await runToEnd(handlerOf(program, traces, tells), {
              pick: (count) => (picks[(picked += 1) % picks.length] ?? 0) % count,
              loses: () => losesEvery > 0 && (calls += 1) % losesEvery === 0,
              ...(runs === undefined ? {} : { parkedRuns: runs }),
              ...(isCheckpointing ? { checkpointing: EACH } : {}),
            });
            expect(new Set(traces.ran).size).toBe(traces.ran.length);
            // Code that knows its attempt must be told the next one.
            const isKept = runs !== undefined && losesEvery === 0 && tells === "callback";
            if (isKept) expect(traces.starts).toBe(1);
            return [ended.status, ended.output, ended.results, traces.ran];
          };
          expect(await run(parkedRuns())).toEqual(await run(undefined));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("goes on where it was: variables that callbacks set survive (R12)", async () => {
    const handler = async ({ step }: TestContext): Promise<boolean> => {
      let charged = false;
      await step.run("charge", () => {
        charged = true;
      });
      await step.sleep("nap", "1s");
      return charged;
    };
    expect((await runToEnd(handler)).output).toBe(false);
    const ended = await runToEnd(handler, { parkedRuns: parkedRuns() });
    expect(ended).toMatchObject({ output: true, wholeCalls: 1, continuedCalls: 2 });
  });

  it("is replayed when it was put out, and lets its code go", async () => {
    const runs = parkedRuns({ runsMax: 1 });
    let starts = 0;
    const handler = async ({ step }: TestContext): Promise<number> => {
      starts += 1;
      for (let n = 0; n < 3; n += 1) await step.sleep(`nap ${n}`, "1s");
      return starts;
    };
    let calls = 0;
    const ended = await runToEnd(handler, {
      parkedRuns: runs,
      loses: () => (calls += 1) === 2,
    });
    expect(ended).toMatchObject({ output: 2, wholeCalls: 2, continuedCalls: 2 });
    expect(runs.size).toBe(0);
  });

  it("is not kept for a sleep that outlasts it", async () => {
    const runs = parkedRuns({ idleMs: 60_000 });
    const handler = async ({ step }: TestContext): Promise<void> => {
      await step.sleep("long", "7d");
    };
    expect(await runToEnd(handler, { parkedRuns: runs })).toMatchObject({ continuedCalls: 0 });
  });

  it("costs the same at step 2,000 as at step 2: each call brings one result", async () => {
    const handler = async ({ step }: TestContext): Promise<number> => {
      for (let n = 0; n < 1_500; n += 1) await step.run(`s${n}`, () => n);
      return 1;
    };
    const ended = await runToEnd(handler, { parkedRuns: parkedRuns() });
    expect(ended).toMatchObject({ output: 1, wholeCalls: 1, continuedCalls: 1_500 });
  });
});
