// Step tools where the official SDKs are no measure: our rules about waits, sagas, experiments, ambient use, and mocks.
import { describe, expect, it } from "vitest";
import { callOnce, remembered, type TestContext } from "../execution/test-call.ts";
import { step as ambientStep } from "./ambient-tools.ts";
import { experiment } from "./experiment.ts";
import { mockStep } from "./mock-step.ts";
import type { Saga } from "./saga.ts";

const optsOf = async (
  use: (step: TestContext["step"]) => unknown,
  keepsWaits = false,
): Promise<unknown> => {
  const answer = await callOnce({ handler: async ({ step }) => use(step) }, {}, { keepsWaits });
  return answer.body[0].opts;
};

describe("waits", () => {
  it("[R3] without a timeout never end by themselves", async () => {
    const use = (step: TestContext["step"]): unknown => step.waitForEvent("w", { event: "e" });
    expect(await optsOf(use, true)).toEqual({});
    expect(await optsOf(use)).toEqual({ timeout: "366d" });
  });

  it.each(["soon", "", "1 fortnight", Number.NaN])(
    "[R3] refuse the timeout %j",
    async (timeout) => {
      const handler = async ({ step }: TestContext): Promise<unknown> =>
        step.waitForEvent("w", { event: "e", timeout });
      const answer = await callOnce({ handler });
      expect(answer.status).toBe(500);
      expect(answer.body.message).toContain('The timeout of step.waitForEvent "w"');
    },
  );

  it("[R4] with match and if need both", async () => {
    const options = {
      event: "e",
      timeout: "1h",
      match: "data.id",
      if: "async.data.a || async.data.b",
    };
    expect(await optsOf((step) => step.waitForEvent("w", options))).toEqual({
      timeout: "1h",
      if: "event.data.id == async.data.id && (async.data.a || async.data.b)",
    });
  });

  it("with an event type check what arrives", async () => {
    const schema = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value: { n?: unknown }) =>
          typeof value.n === "number"
            ? { value: { n: value.n * 2 } }
            : { issues: [{ message: "not a number", path: ["n"] }] },
      },
    };
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      step.waitForEvent("w", { event: { name: "e", schema }, timeout: "1h" });
    const good = await callOnce({ handler }, remembered({ w: { name: "e", data: { n: 2 } } }));
    expect(good.body.data).toEqual({ n: 4 });
    const bad = await callOnce({ handler }, remembered({ w: { name: "e", data: {} } }));
    expect([bad.status, bad.body.name]).toEqual([400, "EventValidationError"]);
    expect(bad.body.message).toContain("n: not a number");
  });
});

describe("sagas", () => {
  const body = async (saga: Saga, log: string[]): Promise<string> => {
    const charge = await saga.run(
      "charge",
      () => "ch_1",
      (id) => log.push(`refund ${id}`),
    );
    await saga.run(
      "reserve",
      () => "r_1",
      (id) => log.push(`release ${id}`),
    );
    await saga.run("ship", () => {
      throw new Error("no carrier");
    });
    return charge;
  };

  it("[R12] undo what was done, in reverse order, from remembered results", async () => {
    const log: string[] = [];
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      step.saga((saga: Saga) => body(saga, log));
    const failed = { error: { name: "Error", message: "no carrier" } };
    const done = { charge: { data: "ch_1" }, reserve: { data: "r_1" }, ship: failed };
    const first = await callOnce({ handler }, remembered(done));
    expect(first.body[0]).toMatchObject({ op: "StepRun", name: "undo: reserve" });
    const second = await callOnce(
      { handler },
      remembered({ ...done, "undo: reserve": { data: 1 } }),
    );
    expect(second.body[0]).toMatchObject({ op: "StepRun", name: "undo: charge" });
    expect(log).toEqual(["release r_1", "refund ch_1"]);
    const undone = { "undo: reserve": { data: 1 }, "undo: charge": { data: 1 } };
    const end = await callOnce({ handler }, remembered({ ...done, ...undone }));
    expect([end.status, end.body.message]).toEqual([400, "no carrier"]);
  });

  it("[R12] go on when a compensation fails, and tell so", async () => {
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      step.saga((saga: Saga) => body(saga, []));
    const failed = { error: { name: "Error", message: "no carrier" } };
    const state = remembered({
      charge: { data: "ch_1" },
      reserve: { data: "r_1" },
      ship: failed,
      "undo: reserve": { error: { name: "Error", message: "stuck" } },
      "undo: charge": { data: 1 },
    });
    const answer = await callOnce({ handler }, state);
    expect([answer.status, answer.body.message]).toEqual([
      400,
      "no carrier (and 1 of its compensations failed: stuck)",
    ]);
  });
});

describe("experiments", () => {
  const variants = (step: TestContext["step"]): Record<string, () => unknown> => ({
    control: () => step.run("old", () => "old"),
    fresh: () => step.run("new", () => "new"),
  });

  it("choose once and mark the steps of the variant", async () => {
    const handler = async ({ step, group }: TestContext): Promise<unknown> =>
      group.experiment("flow", { variants: variants(step), select: experiment.fixed("fresh") });
    const first = await callOnce({ handler });
    expect(first.body[0]).toMatchObject({
      op: "StepRun",
      data: "fresh",
      opts: { type: "group.experiment" },
      metadata: [
        { kind: "inngest.experiment", values: { variant: "fresh", selection_strategy: "fixed" } },
      ],
    });
    const second = await callOnce({ handler }, remembered({ flow: { data: "fresh" } }));
    expect(second.body[0]).toMatchObject({
      op: "StepRun",
      data: "new",
      opts: { experimentName: "flow", variant: "fresh", selectionStrategy: "fixed" },
    });
    const end = await callOnce(
      { handler },
      remembered({ flow: { data: "fresh" }, new: { data: "new" } }),
    );
    expect(end.body).toMatchObject({ result: "new", variant: "fresh" });
  });

  it.each([
    ["an unknown variant", { select: experiment.fixed("gone") }, {}],
    [
      "a variant without steps",
      { select: experiment.fixed("control"), variants: { control: () => 1 } },
      { flow: { data: "control" } },
    ],
  ])("fail for good with %s", async (_name, options, steps) => {
    const handler = async ({ step, group }: TestContext): Promise<unknown> =>
      group.experiment("flow", { variants: variants(step), ...options });
    const answer = await callOnce({ handler }, remembered(steps));
    expect(answer.headers["x-inngest-no-retry"]).toBe("true");
  });

  it("spread by weight and keep equal values together", async () => {
    const weighted = experiment.weighted({ a: 1, b: 0 });
    expect(await weighted(["a", "b"], { runId: "any" })).toBe("a");
    const first = await experiment.bucket("user-1")(["a", "b"], { runId: "1" });
    expect(await experiment.bucket("user-1")(["a", "b"], { runId: "2" })).toBe(first);
    expect(() => experiment.weighted({ a: 0 })).toThrow("All weights");
  });
});

describe("ambient tools", () => {
  it("belong to the function on whose behalf the code runs", async () => {
    const helper = async (): Promise<unknown> => ambientStep.run("helped", () => 1);
    const answer = await callOnce({ handler: async () => helper() });
    expect(answer.body[0]).toMatchObject({ op: "StepRun", name: "helped" });
  });

  it("are refused elsewhere", () => {
    expect(() => ambientStep.run("lost", () => 1)).toThrow("outside of a function");
  });
});

describe("mockStep", () => {
  it("[R8] runs callbacks, skips sleeps and records what was called", async () => {
    const step = mockStep({ results: { paid: { name: "shop/paid", data: { at: new Date(0) } } } });
    expect(await step.run("sum", (a: number, b: number) => a + b, 1, 2)).toBe(3);
    await step.sleep("nap", "7d");
    expect(await step.waitForEvent("paid", { event: "shop/paid", timeout: "1d" })).toEqual({
      name: "shop/paid",
      data: { at: "1970-01-01T00:00:00.000Z" },
    });
    expect(await step.waitForEvent("other", { event: "x" })).toBeNull();
    await step.sendEvent("tell", [{ name: "a/b", data: {} }]);
    expect(step.sentEvents).toEqual([{ name: "a/b", data: {} }]);
    expect(step.calls.map((call) => `${call.tool} ${call.id} ${call.name ?? ""}`.trim())).toEqual([
      "run sum",
      "sleep nap 1w",
      "waitForEvent paid shop/paid",
      "waitForEvent other x",
      "sendEvent tell",
    ]);
  });

  it("[R8] gives given results and errors in place of callbacks", async () => {
    const step = mockStep({ results: { a: () => 5, b: new Error("mocked") } });
    expect(await step.run("a", () => 1)).toBe(5);
    await expect(step.run("b", () => 1)).rejects.toThrow("mocked");
    await expect(step.fetch("https://example.com")).rejects.toThrow("makes no requests");
  });
});

describe("arguments that cannot be used", () => {
  it.each([
    ["no id", (step: TestContext["step"]) => step.run("", () => 1), "The id of a step"],
    ["no callback", (step: TestContext["step"]) => step.run("a", 5), "instead of a function"],
    ["no event", (step: TestContext["step"]) => step.waitForEvent("a", {}), "names no event"],
    ["no target", (step: TestContext["step"]) => step.invoke("a", {}), "no function to run"],
    [
      "no date",
      (step: TestContext["step"]) => step.sleepUntil("a", "someday"),
      "not a point in time",
    ],
    [
      "no duration",
      (step: TestContext["step"]) => step.sleep("a", "someday"),
      "neither a duration",
    ],
  ])("are refused with the way out: %s", async (_name, use, text) => {
    const answer = await callOnce({ handler: async ({ step }) => use(step) });
    expect([answer.status, answer.body.message]).toEqual([500, expect.stringContaining(text)]);
  });
});

describe("tools without their options", () => {
  it.each([
    ["invoke", "function"],
    ["waitForEvent", "event"],
    ["waitForSignal", "signal"],
    ["sendSignal", "signal"],
  ] as const)("step.%s says what to give it", async (tool, member) => {
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      (step[tool] as (id: string) => unknown)("a");
    const { body } = await callOnce({ handler });
    expect(body.message).toMatch(new RegExp(`^step\\.${tool} "a" .*give it \\{ ${member}`));
  });

  it("step.ai.infer says what to give it", async () => {
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      (step.ai.infer as (id: string, options: object) => unknown)("a", { body: {} });
    const { body } = await callOnce({ handler });
    expect(body.message).toMatch(/^step\.ai\.infer "a" has no model: give it \{ model: openai/);
  });
});
