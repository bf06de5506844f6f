// The moments at which middleware takes part in a call, and what it may change.
import { describe, expect, it } from "vitest";
import type { ExecutionHooks } from "./hooks.ts";
import { callOnce, remembered, type TestContext } from "./test-call.ts";

const two = async ({ step }: TestContext): Promise<unknown> => [
  await step.run("a", () => 1),
  await step.run("b", () => 2),
];

function recording(): { moments: string[]; hooks: ExecutionHooks } {
  const moments: string[] = [];
  const note = async (moment: string): Promise<void> => void moments.push(moment);
  return {
    moments,
    hooks: {
      transformInput: async () => {
        await note("transformInput");
        return {};
      },
      beforeMemoization: () => note("beforeMemoization"),
      afterMemoization: () => note("afterMemoization"),
      beforeExecution: () => note("beforeExecution"),
      afterExecution: () => note("afterExecution"),
      transformOutput: async ({ step, ...result }) => {
        await note(`transformOutput ${step?.id ?? "function"}`);
        return result;
      },
      finished: () => note("finished"),
      beforeResponse: () => note("beforeResponse"),
    },
  };
}

describe("hooks", () => {
  it("are called in order around a new step", async () => {
    const { moments, hooks } = recording();
    await callOnce({ handler: two, hooks }, remembered({ a: { data: 1 } }));
    expect(moments).toEqual([
      "transformInput",
      "beforeMemoization",
      "afterMemoization",
      "beforeExecution",
      "transformOutput b",
      "afterExecution",
      "beforeResponse",
    ]);
  });

  it("are called in order around the function's result", async () => {
    const { moments, hooks } = recording();
    await callOnce({ handler: two, hooks }, remembered({ a: { data: 1 }, b: { data: 2 } }));
    expect(moments.slice(2)).toEqual([
      "afterMemoization",
      "beforeExecution",
      "afterExecution",
      "transformOutput function",
      "finished",
      "beforeResponse",
    ]);
  });

  it("may add to the context and change remembered values", async () => {
    const hooks: ExecutionHooks = {
      transformInput: async ({ steps }) => ({
        ctx: { db: "database" },
        steps: steps.map((step) => ({ ...step, data: `plain ${String(step.data)}` })),
      }),
    };
    const handler = async ({ step, db }: TestContext): Promise<unknown> => [
      db,
      await step.run("a", () => 0),
    ];
    const answer = await callOnce({ handler, hooks }, remembered({ a: { data: "secret" } }));
    expect(answer.body).toEqual(["database", "plain secret"]);
  });

  it("may change results on their way out, while user code goes on with its own", async () => {
    const sent: unknown[] = [];
    const hooks: ExecutionHooks = {
      transformOutput: async ({ data }) => ({ data: { encrypted: JSON.stringify(data) } }),
    };
    const answer = await callOnce(
      {
        handler: async ({ step }) => (await step.run("a", () => 1)) + 1,
        hooks,
        checkpointing: { bufferedSteps: 1, maxIntervalMs: 0, maxRuntimeMs: 0 },
      },
      {},
      { checkpoint: { send: async (ops) => void sent.push(...ops.map((op) => op.data)) } },
    );
    expect(sent).toEqual([{ encrypted: "1" }]);
    expect(answer.body[0].data).toEqual({ encrypted: "2" });
  });

  it("may change the inputs of steps and the options of waits and invocations", async () => {
    const hooks: ExecutionHooks = {
      transformStepInput: async (scope, input) =>
        scope.stepType === "run" ? [...input, "more"] : [{ ...(input[0] as object), added: true }],
    };
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      Promise.all([
        step.run("r", (...args: unknown[]) => args, 1),
        step.invoke("i", { function: "app-other", data: { n: 1 } }),
        step.sleep("s", "1m"),
      ]);
    const answer = await callOnce({ handler, hooks });
    expect(answer.body.map((op: { opts: unknown }) => op.opts)).toEqual([
      { input: [1, "more"] },
      { payload: { data: { n: 1 } }, function_id: "app-other", added: true },
      {},
    ]);
  });

  it("may wrap the handler, each step and each attempt", async () => {
    const moments: string[] = [];
    const wrap =
      (name: string) =>
      async (
        scope: { readonly id: string; readonly isMemoized: boolean },
        next: () => Promise<unknown>,
      ) => {
        moments.push(`${name} ${scope.id} ${scope.isMemoized ? "remembered" : "new"}`);
        const result = await next();
        moments.push(`${name} ${scope.id} done`);
        return result;
      };
    const hooks: ExecutionHooks = {
      wrapFunctionHandler: async (next) => {
        moments.push("handler");
        return [await next(), "wrapped"];
      },
      wrapStep: wrap("step"),
      wrapStepHandler: wrap("attempt"),
    };
    const state = remembered({ a: { data: 1 } });
    await callOnce({ handler: two, hooks }, state);
    expect(moments).toEqual([
      "handler",
      "step a remembered",
      "step a done",
      "step b new",
      "attempt b new",
      "attempt b done",
    ]);
    const end = await callOnce(
      { handler: two, hooks },
      remembered({ a: { data: 1 }, b: { data: 2 } }),
    );
    expect(end.body).toEqual([[1, 2], "wrapped"]);
  });

  it("do not separate parallel steps when they take their time", async () => {
    let delayMs = 0;
    const hooks: ExecutionHooks = {
      transformStepInput: async (_scope, input) => {
        delayMs += 3;
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        return input;
      },
    };
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      Promise.all(["a", "b", "c"].map((id) => step.run(id, () => id)));
    const answer = await callOnce({ handler, hooks });
    expect(answer.body.map((op: { op: string }) => op.op)).toEqual(Array(3).fill("StepPlanned"));
  });

  it("that fail make the call fail", async () => {
    const hooks: ExecutionHooks = {
      beforeExecution: () => Promise.reject(new Error("hook")),
    };
    const answer = await callOnce({ handler: two, hooks }, remembered({ a: { data: 1 } }));
    expect([answer.status, answer.body.message]).toEqual([500, "hook"]);
  });
});
