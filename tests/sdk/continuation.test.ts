// Runs that our SDK keeps in memory between the calls of our engine, over real sockets: code starts once, only what is new
// travels, and whatever is lost is replayed without anybody noticing.
import { describe, expect, it } from "vitest";
import { inWorld, type ServeWorld, type WorldOptions } from "./serve-world.ts";

const KEY = "signkey-test-0123456789abcdef0123456789abcdef";
const STEP_BYTES = 20_000;

interface Watched {
  readonly output: unknown;
  readonly starts: number;
  readonly ran: readonly string[];
}

/** Sleeps, parallel steps, an invoke and large results; with and without checkpointing. */
async function runMany(world: ServeWorld, checkpointing: boolean): Promise<Watched> {
  const client = world.createClient();
  const ran: string[] = [];
  let starts = 0;
  const note = (name: string): string => {
    ran.push(name);
    return "x".repeat(STEP_BYTES);
  };
  const child = client.createFunction({ id: "child" }, { event: "never" }, () => "grown");
  const many = client.createFunction(
    // In the shape of version 4: there one call follows when all parallel steps have ended.
    { id: "many", checkpointing, triggers: { event: "test/many" } },
    async ({ step }) => {
      starts += 1;
      let closure = 0;
      for (let n = 0; n < 3; n += 1) {
        await step.run(`big ${n}`, () => {
          closure += 1;
          return note(`big ${n}`);
        });
        await step.sleep(`nap ${n}`, 10);
      }
      const both = await Promise.all([
        step.run("left", () => note("left").length),
        step.run("right", () => note("right").length),
        step.invoke("child", { function: child }),
      ]);
      await step.sleep("last nap", 10);
      return { both, closure };
    },
  );
  await world.serve(client, [many, child]);
  const { ids } = await client.send({ name: "test/many", data: {} });
  const run = await world.endOf(ids[0] ?? "");
  expect(run.error).toBeUndefined();
  return { output: run.output, starts, ran: ran.toSorted() };
}

const RAN = ["big 0", "big 1", "big 2", "left", "right"];
const BOTH = [STEP_BYTES, STEP_BYTES, "grown"];

const MODES: readonly (readonly [string, WorldOptions])[] = [
  ["dev mode", {}],
  ["cloud mode", { signingKey: KEY }],
];

describe.each(MODES)("a run kept in memory, %s", (_name, options) => {
  it.each([true, false])("starts its code once, checkpointing %s", (checkpointing) =>
    inWorld(options, async (world) => {
      const { output, starts, ran } = await runMany(world, checkpointing);
      expect({ output, starts, ran }).toEqual({
        output: { both: BOTH, closure: 3 },
        starts: 1,
        ran: RAN,
      });
      const calls = world.calls.filter(({ url }) => url.includes("many"));
      expect(calls.filter(({ asked }) => asked === "offer")).toHaveLength(1);
      expect(calls.filter(({ asked }) => asked === "resume").length).toBeGreaterThan(4);
      // What was told once is not told again: no call carries more than the result of one step.
      const largest = Math.max(...calls.map(({ bodyBytes }) => bodyBytes));
      expect(largest).toBeLessThan(2 * STEP_BYTES);
      expect(calls.every(({ status }) => status === 200 || status === 206)).toBe(true);
    }),
  );
});

describe("a function in the shape of version 3, whose parallel steps each ask what comes next", () => {
  it.each([true, false])(
    "stays in memory where these calls overlap, checkpointing %s",
    (checkpointing) =>
      inWorld({}, async (world) => {
        const client = world.createClient();
        let starts = 0;
        let ran = 0;
        const wide = client.createFunction(
          { id: "wide", checkpointing },
          { event: "test/wide" },
          async ({ step }) => {
            starts += 1;
            const chain = async (name: string): Promise<number> => {
              for (let n = 0; n < 3; n += 1) await step.run(`${name} ${n}`, () => void (ran += 1));
              await step.sleep(`${name} nap`, 5);
              return step.run(`${name} last`, () => (ran += 1));
            };
            const chains = Array.from({ length: 12 }, (_, n) => chain(`chain ${n}`));
            return (await Promise.all(chains)).length;
          },
        );
        await world.serve(client, [wide]);
        const { ids } = await client.send({ name: "test/wide", data: {} });
        const { output } = await world.endOf(ids[0] ?? "");
        expect({ output, starts, ran }).toEqual({ output: 12, starts: 1, ran: 48 });
        expect(world.calls.filter(({ asked }) => asked !== "resume")).toHaveLength(1);
      }),
  );
});

describe("a run that the app does not keep", () => {
  it("is replayed on whichever instance is called, with every callback run once", () =>
    inWorld({ instances: 2 }, async (world) => {
      const { output, starts, ran } = await runMany(world, false);
      expect(ran).toEqual(RAN);
      expect(output).toMatchObject({ both: BOTH });
      expect(starts).toBeGreaterThan(1);
      const gone = world.calls.filter(({ answered }) => answered === "gone");
      expect(gone.length).toBeGreaterThan(0);
      expect(gone.every(({ status }) => status === 410)).toBe(true);
    }));

  it("is not asked for again and again of an app that never has it", () =>
    inWorld({ instances: 5 }, async (world) => {
      await runMany(world, false);
      expect(world.calls.filter(({ answered }) => answered === "gone").length).toBeLessThan(12);
    }));
});

describe("a token", () => {
  it("opens nothing without the engine's signature, and nothing for another run", () =>
    inWorld({ signingKey: KEY }, async (world) => {
      await runMany(world, false);
      const token = world.calls.map(({ answered }) => /^[\w-]{16,}/.exec(answered ?? "")?.[0]);
      const call = {
        continuation: { token: token.find((each) => each !== undefined), stack: [], steps: {} },
        ctx: { run_id: "01HF7Y0000000000000000TEST", attempt: 0, fn_id: "x" },
        version: 2,
      };
      const response = await fetch(`${world.appUrl}?fnId=app-many&stepId=step`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-everstep-continuation": "resume" },
        body: JSON.stringify(call),
      });
      expect(response.status).toBe(401);
    }));
});
