// What people are told of runs and events by the engine itself.
import type { RunReason } from "@everstep/engine";
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

async function send(here: World, data: Record<string, string | number> = {}): Promise<string> {
  const [id = ""] = await here.engine.sendEvents([{ name: "shop/order", data }]);
  await here.settle();
  return id;
}

async function reasonOf(here: World, runId: string | undefined): Promise<RunReason | undefined> {
  return (await here.engine.explainRun(runId ?? "")).reasons[0];
}

async function fatesOf(here: World, eventId: string): Promise<unknown[]> {
  return (await here.engine.explainEvent(eventId)).functions.map(
    ({ sentence: _sentence, functionId: _id, ...facts }) => facts,
  );
}

const perUser: ConcurrencyRule = { limit: 1, key: "event.data.user", scope: "fn", level: "step" };

describe("a run", () => {
  it("[F81] that waits for concurrency is told with its key, who holds it and its position", async () => {
    const here = await aWorld({ concurrency: [perUser] });
    await send(here, { user: "user-123" });
    here.calls[0]?.respond(ops(wireOp("StepPlanned", "mail", { name: "mail" })));
    await here.settle();
    await send(here, { user: "user-123" });
    await send(here, { user: "user-123" });
    await here.advance(3_000);
    const runs = await here.runs();
    const last = await here.engine.explainRun(runs[2]?.id ?? "");
    expect(last).toMatchObject({ status: "queued", functionSlug: "shop-0" });
    expect(last.sentence).toBe(
      `Waiting for concurrency "user-123" (1 of 1; oldest holder run ${runs[0]?.id} step "mail" for 3s), position 2.`,
    );
    expect(last.reasons).toMatchObject([
      {
        type: "queued",
        position: 2,
        queue: [
          {
            type: "concurrency",
            key: "user-123",
            expression: "event.data.user",
            held: 1,
            limit: 1,
            oldestHolder: { runId: runs[0]?.id, stepName: "mail" },
          },
        ],
      },
    ]);
    expect(await reasonOf(here, runs[0]?.id)).toMatchObject({
      type: "in_flight",
      stepName: "mail",
      sentence: 'Step "mail": running now, for 3s.',
    });
  });

  it("[F81] that waits for a place of a run is told the same after a crash", async () => {
    const here = await aWorld({ concurrency: [{ limit: 1, scope: "fn", level: "fn" }] });
    await send(here);
    here.calls[0]?.respond(ops(wireOp("Sleep", "nap", { name: "1h" })));
    await here.settle();
    await send(here);
    const there = await crash(here, 5_000);
    world = there;
    const [holder, waiting] = await there.runs();
    const { sentence } = await there.engine.explainRun(waiting?.id ?? "");
    expect(sentence).toBe(
      `Waiting for concurrency of runs (1 of 1; oldest holder run ${holder?.id} for 5s), position 1.`,
    );
  });

  it("[F81] that waits for a throttle is told when the next run starts", async () => {
    const here = await aWorld({ throttle: { limit: 1, periodMs: 60_000, burst: 0 } });
    await send(here);
    await send(here);
    const [, waiting] = await here.runs();
    const atMs = here.clock.nowMs() + 60_000;
    expect(await reasonOf(here, waiting?.id)).toMatchObject({
      type: "queued",
      queue: [{ type: "throttle", limit: 1, periodMs: 60_000, untilMs: atMs }],
      sentence: `Waiting for the throttle (1 per 1m; the next run starts at ${new Date(atMs).toISOString()}), position 1.`,
    });
  });

  it("[F82] of a paused function says so", async () => {
    const here = await aWorld({ concurrency: [perUser] });
    await send(here, { user: "a" });
    await send(here, { user: "a" });
    await here.engine.setPaused({ functionId: "shop-0", isPaused: true, actor: "api" });
    const [, waiting] = await here.runs();
    expect(await reasonOf(here, waiting?.id)).toMatchObject({ type: "paused" });
  });

  it.each([
    ["Sleep", { name: "1h" }, { type: "sleep" }, "sleeping until"],
    [
      "WaitForEvent",
      { name: "shop/paid", opts: { timeout: "1h", if: "async.data.a == 1" } },
      { type: "event", eventName: "shop/paid" },
      'waiting for the event "shop/paid" with async.data.a == 1, until',
    ],
    [
      "WaitForSignal",
      { opts: { signal: "go", timeout: "1h" } },
      { type: "signal", signal: "go" },
      'waiting for the signal "go", until',
    ],
    [
      "InvokeFunction",
      { opts: { function_id: "shop-1", payload: { data: {} } } },
      { type: "invoke", functionSlug: "shop-1" },
      'waiting for the invoked function "shop-1"',
    ],
  ] as const)(
    "[F82] that stands at %s says for what and until when",
    async (op, fields, facts, text) => {
      const here = await aWorld({}, { triggers: [{ kind: "event", event: "shop/other" }] });
      await send(here);
      here.calls[0]?.respond(ops(wireOp(op, "stand", { name: "stand", ...fields })));
      await here.settle();
      const reason = await reasonOf(here, here.calls[0]?.runId);
      expect(reason).toMatchObject(facts);
      expect(reason?.sentence).toContain(text);
    },
  );

  it("[F82] that is tried again says when and why", async () => {
    const here = await aWorld({});
    await send(here);
    here.calls[0]?.respond(failed());
    await here.settle();
    const reason = await reasonOf(here, here.calls[0]?.runId);
    expect(reason).toMatchObject({ type: "retry", attempt: 1, maxAttempts: 3 });
    expect(reason?.sentence).toMatch(
      /^Attempt 2 of 3 is made at .*, because the last one failed: boom\.$/,
    );
  });

  it("[F82] that has ended says how", async () => {
    const here = await aWorld({ maxAttempts: 1 }, { singleton: { mode: "skip" } });
    await send(here);
    await send(here);
    const [ok, , other] = here.calls;
    ok?.respond(done());
    await here.settle();
    other?.respond(failed());
    await here.settle();
    const sentences: string[] = [];
    for (const { id } of await here.runs()) {
      sentences.push((await here.engine.explainRun(id)).sentence);
    }
    expect(sentences.filter((text) => text.startsWith("Completed at"))).toHaveLength(1);
    expect(sentences).toContainEqual(expect.stringMatching(/^Failed at .*: boom$/));
    expect(sentences).toContainEqual(
      `Skipped: "shop-1" is a singleton, and run ${here.calls[1]?.runId} held its place.`,
    );
    await expect(here.engine.explainRun("nothing")).rejects.toMatchObject({
      code: "run_not_found",
    });
  });
});

describe("an event", () => {
  it("[F83] has one fate for each function, with the run where there is one", async () => {
    const here = await aWorld(
      {},
      { triggers: [{ kind: "event", event: "shop/order", expression: "event.data.n > 5" }] },
      { rateLimit: { limit: 1, periodMs: 60_000 } },
      { singleton: { mode: "skip" } },
      { idempotency: "event.data.k" },
      { batch: { maxSize: 2, timeoutMs: 60_000 } },
      { debounce: { periodMs: 10_000 } },
      { rateLimit: { limit: 1, periodMs: 60_000, key: "event.data.n + {}" } },
    );
    const first = await send(here, { n: 1, k: "a" });
    const second = await send(here, { n: 2, k: "a" });
    await here.advance(10_000);
    const nowMs = here.clock.nowMs();
    const runs = await here.runs();
    const runOf = (slug: string): string | undefined => {
      const fn = here.engine.functions().find(({ config }) => config.slug === slug);
      return runs.find(({ functionId }) => functionId === fn?.id)?.id;
    };
    const fates = new Map(
      (await fatesOf(here, second)).map((fate) => [
        (fate as { functionSlug: string }).functionSlug,
        fate,
      ]),
    );
    expect(fates.size).toBe(8);
    expect(fates.get("shop-0")).toMatchObject({ type: "started", status: "running" });
    expect(fates.get("shop-1")).toMatchObject({
      type: "filtered",
      expressions: [
        { expression: "event.data.n > 5", values: [{ path: "event.data.n", value: "2" }] },
      ],
    });
    expect(fates.get("shop-2")).toMatchObject({ type: "rate_limited", untilMs: nowMs + 50_000 });
    expect(fates.get("shop-3")).toMatchObject({
      type: "skipped",
      skip: { byRunId: runOf("shop-3") },
    });
    expect(fates.get("shop-4")).toMatchObject({
      type: "deduplicated",
      sinceEventId: first,
      runId: runOf("shop-4"),
    });
    // The event that fills a batch starts its run.
    expect(fates.get("shop-5")).toMatchObject({
      type: "started",
      runId: runOf("shop-5"),
      batchId: expect.any(String) as string,
    });
    expect(fates.get("shop-6")).toMatchObject({ type: "debounced", runId: runOf("shop-6") });
    expect(fates.get("shop-7")).toMatchObject({ type: "failed" });
    const earlier = await fatesOf(here, first);
    expect(earlier).toContainEqual(
      expect.objectContaining({ type: "batched", runId: runOf("shop-5") }),
    );
    expect(earlier).toContainEqual(
      expect.objectContaining({ type: "debounced", supersededBy: second, runId: runOf("shop-6") }),
    );
    const { sentence, functions } = await here.engine.explainEvent(second);
    expect(sentence).toContain("1 rate limited");
    for (const fate of functions) expect(fate.sentence).toMatch(/^[A-Z"].*[^.]\.$/);
  });

  it("[F83] tells its reruns and an open batch until when it waits", async () => {
    const here = await aWorld({}, { batch: { maxSize: 2, timeoutMs: 60_000 } });
    const id = await send(here);
    const [run] = await here.runs();
    here.calls[0]?.respond(done());
    await here.settle();
    const { runId } = await here.engine.rerun({ runId: run?.id ?? "" });
    const fates = await fatesOf(here, id);
    expect(fates).toHaveLength(3);
    expect(fates).toContainEqual(
      expect.objectContaining({ type: "batched", untilMs: here.clock.nowMs() + 60_000 }),
    );
    expect(fates).toContainEqual(
      expect.objectContaining({ type: "started", runId, originalRunId: run?.id }),
    );
  });

  it("[F84] that no function listens to is told with the names that are near", async () => {
    const here = await aWorld({}, { triggers: [{ kind: "event", event: "shop/other" }] });
    const [id = ""] = await here.engine.sendEvents([{ name: "Shop.oder", data: {} }]);
    const { sentence, didYouMean } = await here.engine.explainEvent(id);
    expect(didYouMean).toContain("shop/order");
    expect(sentence).toBe(
      `No function listens to "Shop.oder". Did you mean ${didYouMean.map((name) => `"${name}"`).join(" or ")}?`,
    );
    const [far = ""] = await here.engine.sendEvents([{ name: "user/signup", data: {} }]);
    expect((await here.engine.explainEvent(far)).didYouMean).toEqual([]);
    await expect(here.engine.explainEvent("nothing")).rejects.toMatchObject({
      code: "event_not_found",
    });
  });

  it("[F85] that came before a function listened to it says so", async () => {
    const here = await aWorld({ triggers: [{ kind: "event", event: "shop/other" }] });
    const id = await send(here);
    await here.sync([aConfig("shop-0")], "c2");
    expect(await fatesOf(here, id)).toEqual([{ type: "not_listening", functionSlug: "shop-0" }]);
  });
});
