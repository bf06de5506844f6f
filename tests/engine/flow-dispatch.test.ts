// When calls of functions with rules go out, through the whole engine, with crashes in the middle of each wait.
import type { ConcurrencyRule, FunctionConfig } from "@everstep/protocol";
import { afterEach, describe, expect, it } from "vitest";
import {
  aConfig,
  crash,
  done,
  failed,
  ops,
  startWorld,
  wireOp,
  type World,
} from "./engine-world.ts";

let world: World | undefined;

afterEach(async () => {
  await world?.end();
  world = undefined;
});

async function aWorld(...functions: readonly Partial<FunctionConfig>[]): Promise<World> {
  world = await startWorld();
  await world.sync(functions.map((fields, index) => aConfig(`shop-${index}`, fields)));
  return world;
}

async function crashed(here: World, downMs?: number): Promise<World> {
  world = await crash(here, downMs);
  return world;
}

async function send(
  here: World,
  ...data: readonly Record<string, string | number>[]
): Promise<void> {
  for (const each of data) await here.send("shop/order", each);
  await here.settle();
}

function rule(limit: number, fields: Partial<ConcurrencyRule> = {}): ConcurrencyRule {
  return { limit, scope: "fn", level: "step", ...fields };
}

function fieldOf(call: World["calls"][number], field = "n"): unknown {
  return call.body.event.data[field];
}

function openOf(here: World, field = "n"): unknown[] {
  return here.open().map((call) => fieldOf(call, field));
}

async function finish(here: World, n: string): Promise<void> {
  here
    .open()
    .find((call) => fieldOf(call) === n)
    ?.respond(done());
  await here.settle();
}

describe("concurrency", () => {
  it("[F26] a key has its own places, and a crash keeps their number exact", async () => {
    const here = await aWorld({ concurrency: [rule(1, { key: "event.data.k" })] });
    await send(here, { n: "1", k: "a" }, { n: "2", k: "a" }, { n: "3", k: "b" });
    expect(openOf(here)).toEqual(["1", "3"]);
    const there = await crashed(here);
    expect(new Set(openOf(there))).toEqual(new Set(["1", "3"]));
    await finish(there, "1");
    expect(new Set(openOf(there))).toEqual(new Set(["2", "3"]));
  });

  it("[F55] a run holds its place while it sleeps, over a crash, and gives it back at its end", async () => {
    const here = await aWorld({ concurrency: [rule(1, { level: "fn" })] });
    await send(here, { n: "1" }, { n: "2" });
    here.calls[0]?.respond(ops(wireOp("Sleep", "nap", { name: "1h" })));
    await here.settle();
    expect(here.open()).toEqual([]);
    const there = await crashed(here, 1_000);
    await there.advance(3_598_000);
    expect(there.calls).toEqual([]);
    await there.advance(2_000);
    expect(openOf(there)).toEqual(["1"]);
    await finish(there, "1");
    expect(openOf(there)).toEqual(["2"]);
  });

  it("[F27] a cancelled or failed run gives its place back", async () => {
    const here = await aWorld({ concurrency: [rule(1, { level: "fn" })], maxAttempts: 1 });
    await send(here, { n: "1" }, { n: "2" }, { n: "3" });
    await here.engine.cancelRun(here.calls[0]?.runId ?? "");
    await here.settle();
    expect(openOf(here)).toContain("2");
    here
      .open()
      .find((call) => fieldOf(call) === "2")
      ?.respond(failed());
    await here.settle();
    expect(openOf(here)).toContain("3");
  });

  it("[F25] functions share a bucket of scope env by its value", async () => {
    const shared = { concurrency: [rule(1, { scope: "env", key: '"mail"' })] };
    const here = await aWorld(shared, shared);
    await send(here, { n: "1" });
    expect(here.open()).toHaveLength(1);
    here.open()[0]?.respond(done());
    await here.settle();
    expect(here.calls).toHaveLength(2);
  });

  it("[F86] a changed limit is in force at once, over restarts and syncs, and null switches a rule off", async () => {
    const here = await aWorld({ concurrency: [rule(1)] });
    await send(here, { n: "1" }, { n: "2" }, { n: "3" }, { n: "4" });
    expect(here.open()).toHaveLength(1);
    const change = (to: World, limit: number): Promise<unknown> =>
      to.engine.setLimits({
        functionId: "shop-0",
        patch: { concurrency: [{ limit }] },
        actor: "cli",
      });
    await change(here, 2);
    await here.settle();
    expect(openOf(here)).toEqual(["1", "2"]);
    const there = await crashed(here);
    await there.sync([aConfig("shop-0", { concurrency: [rule(1)], name: "New" })], "c2");
    expect(openOf(there)).toEqual(["1", "2"]);
    const [fn] = there.engine.functions();
    expect(there.engine.effectiveFunction(fn?.id ?? "")?.function.config).toMatchObject({
      name: "New",
      concurrency: [{ limit: 2 }],
    });
    await change(there, 1);
    await finish(there, "1");
    expect(openOf(there)).toEqual(["2"]);
    await finish(there, "2");
    expect(openOf(there)).toEqual(["3"]);
  });

  it("[F37] an invalid limit changes nothing and says what to do", async () => {
    const here = await aWorld({});
    const request = { functionId: "shop-0", patch: { throttle: { limit: 0 } }, actor: "cli" };
    await expect(here.engine.setLimits(request)).rejects.toMatchObject({
      code: "argument_invalid",
    });
    const unknown = { functionId: "nothing", isPaused: true, actor: "cli" };
    await expect(here.engine.setPaused(unknown)).rejects.toMatchObject({
      code: "function_not_found",
    });
    const [fn] = here.engine.functions();
    expect(here.engine.control(fn?.id ?? "")).toBeUndefined();
  });
});

describe("throttle", () => {
  const throttle = { limit: 2, periodMs: 60_000, burst: 0 };

  it("[F54] starts `limit` runs at once and then one per period / limit, over a crash", async () => {
    const here = await aWorld({ throttle });
    await send(here, { n: "1" }, { n: "2" }, { n: "3" }, { n: "4" });
    expect(openOf(here)).toEqual(["1", "2"]);
    const there = await crashed(here, 29_999);
    expect(openOf(there)).toEqual(["1", "2"]);
    await there.advance(1);
    expect(openOf(there)).toEqual(["1", "2", "3"]);
    await there.advance(29_999);
    expect(there.open()).toHaveLength(3);
    await there.advance(1);
    expect(there.open()).toHaveLength(4);
  });

  it("[F27] a start that a crash made again is charged once, and retries are not charged", async () => {
    const here = await aWorld({ throttle: { ...throttle, limit: 1 } });
    await send(here, { n: "1" }, { n: "2" });
    const there = await crashed(here);
    expect(openOf(there)).toEqual(["1"]);
    there.open()[0]?.respond(failed());
    await there.settle();
    await there.advance(59_998);
    expect(there.calls.map((call) => fieldOf(call))).toEqual(["1", "1"]);
    await there.advance(1);
    expect(there.calls.map((call) => fieldOf(call))).toEqual(["1", "1", "2"]);
  });
});

describe("order", () => {
  it("[F23] priority moves a run before older ones, over a crash", async () => {
    const here = await aWorld({
      concurrency: [rule(1)],
      priority: { run: "event.data.vip == true ? 600 : 0" },
    });
    await here.send("shop/order", { n: "1" });
    await here.settle();
    await here.send("shop/order", { n: "2" });
    await here.send("shop/order", { n: "3", vip: true });
    await here.settle();
    await finish(here, "1");
    expect(openOf(here)).toEqual(["3"]);
    const there = await crashed(here);
    expect(openOf(there)).toEqual(["3"]);
    await finish(there, "3");
    expect(openOf(there)).toEqual(["2"]);
  });

  it("[F51] a key with many runs delays no other key", async () => {
    const here = await aWorld({ concurrency: [rule(2), rule(1, { key: "event.data.k" })] });
    const many = Array.from({ length: 50 }, (_, index) => ({ n: `a${index}`, k: "a" }));
    await send(here, ...many, { n: "b", k: "b" });
    expect(openOf(here)).toEqual(["a0", "b"]);
  });
});
