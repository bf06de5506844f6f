// The course of a call where the official SDKs are no measure: suspension, targeted calls that find nothing, determinism,
// loggers, contexts, retries of our own, and release of memory.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { NonRetriableError, RetryAfterError, StepError } from "../errors.ts";
import type { Logger } from "../functions/definition.ts";
import { stepHash } from "../wire/step-hash.ts";
import {
  callOnce,
  remembered,
  testInput,
  type TestContext,
  type TestFunction,
} from "./test-call.ts";
import { executeCall } from "./execute.ts";

afterEach(() => {
  vi.useRealTimers();
});

function recorder(): { lines: unknown[]; logger: Logger } {
  const lines: unknown[] = [];
  const write = (...args: unknown[]): void => void lines.push(args[0]);
  return { lines, logger: { info: write, warn: write, error: write, debug: () => {} } };
}

describe("suspension", () => {
  it("cannot be noticed by user code: neither catch nor finally runs", async () => {
    const noticed: string[] = [];
    const handler = async ({ step }: TestContext): Promise<void> => {
      try {
        await step.sleep("nap", "1h");
      } catch {
        noticed.push("catch");
      } finally {
        noticed.push("finally");
      }
    };
    await callOnce({ handler });
    await new Promise((resolve) => setImmediate(resolve));
    expect(noticed).toEqual([]);
  });

  it("never continues user code after the answer", async () => {
    const ran: string[] = [];
    const handler = async ({ step }: TestContext): Promise<void> => {
      await step.run("a", () => ran.push("a"));
      ran.push("behind");
    };
    await callOnce({ handler });
    await new Promise((resolve) => setImmediate(resolve));
    expect(ran).toEqual(["a"]);
  });

  it("gives nothing back to steps that are called after the answer", async () => {
    let later: (() => Promise<unknown>) | undefined;
    const ran = vi.fn();
    await callOnce({
      handler: ({ step }) => {
        later = () => step.run("late", ran);
        return "end";
      },
    });
    const settled = vi.fn();
    void later?.().then(settled, settled);
    await new Promise((resolve) => setImmediate(resolve));
    expect([ran, settled].map((spy) => spy.mock.calls.length)).toEqual([0, 0]);
  });

  it("lets go of what suspended code holds", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const held: WeakRef<object>[] = [];
    const handler = async ({ step }: TestContext): Promise<unknown> => {
      const big = { bytes: new Uint8Array(1_000_000) };
      held.push(new WeakRef(big));
      await step.sleep("nap", "1h");
      return big;
    };
    await callOnce({ handler });
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(held[0]?.deref()).toBeUndefined();
  });
});

describe("a targeted call", () => {
  const handler = async ({ step }: TestContext): Promise<unknown> =>
    Promise.all([step.run("a", () => 1), step.run({ id: "b", name: "Second" }, () => 2)]);

  it("answers 500 when its step is not met within 10 s, and names what it met", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const output = callOnce({ handler }, { targetStepId: stepHash("gone") });
    await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(10_000);
    const answer = await output;
    expect([answer.status, answer.headers["x-inngest-no-retry"]]).toEqual([500, "false"]);
    expect(answer.body).toMatchObject({ requestedStep: stepHash("gone"), totalFoundSteps: 2 });
    expect(answer.body.foundSteps).toEqual([
      { id: stepHash("a"), name: "a", displayName: "a" },
      { id: stepHash("b"), name: "b", displayName: "Second" },
    ]);
  });

  it("waits 10 s from the last progress", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const slow = async ({ step }: TestContext): Promise<unknown> => {
      await new Promise((resolve) => setTimeout(resolve, 9_000));
      const other = step.run("other", () => 0);
      await new Promise((resolve) => setTimeout(resolve, 9_000));
      return Promise.all([other, step.run("wanted", () => 1)]);
    };
    const output = callOnce({ handler: slow }, { targetStepId: stepHash("wanted") });
    for (let turn = 0; turn < 4; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(4_500);
    }
    const answer = await output;
    expect(answer.body).toMatchObject([{ op: "StepRun", id: stepHash("wanted"), data: 1 }]);
  });

  it("runs its step only", async () => {
    const answer = await callOnce({ handler }, { targetStepId: stepHash("b") });
    expect(answer.body).toMatchObject([{ op: "StepRun", id: stepHash("b"), data: 2 }]);
  });
});

describe("the order of remembered steps", () => {
  it("is that of the stack, whatever lies between a result and the next step", async () => {
    const seen: string[] = [];
    const branch = async (step: TestContext["step"], id: string, turns: number): Promise<void> => {
      await step.run(id, () => id);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      seen.push(id);
    };
    const handler = async ({ step }: TestContext): Promise<string[]> => {
      await Promise.all([branch(step, "a", 300), branch(step, "b", 0)]);
      return seen;
    };
    const answer = await callOnce({ handler }, remembered({ a: { data: 1 }, b: { data: 1 } }));
    expect(answer.body).toEqual(["a", "b"]);
  });

  it("holds without a stack and for ids that it does not know", async () => {
    const { steps } = remembered({ a: { data: 1 }, b: { data: 2 } });
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      Promise.all([step.run("a", () => 0), step.run("b", () => 0)]);
    expect((await callOnce({ handler }, { steps })).body).toEqual([1, 2]);
    expect((await callOnce({ handler }, { steps, stack: [stepHash("b")] })).body).toEqual([1, 2]);
  });

  it("costs little per step: 5,000 steps replay within a second", async () => {
    const ids = Array.from({ length: 5_000 }, (_item, index) => `step-${index}`);
    const handler = async ({ step }: TestContext): Promise<number> => {
      for (const id of ids) await step.run(id, () => 0);
      return ids.length;
    };
    const state = remembered(Object.fromEntries(ids.map((id) => [id, { data: 1 }])));
    const times: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const startedAtMs = performance.now();
      expect((await callOnce({ handler }, state)).body).toBe(5_000);
      times.push(performance.now() - startedAtMs);
    }
    // The fastest: what else the machine does can only add to it.
    expect(Math.min(...times)).toBeLessThan(1_000);
  });
});

describe("determinism", () => {
  it("names in dev the step that is gone and what came instead", async () => {
    const { lines, logger } = recorder();
    let id = "first-path";
    const fn: TestFunction = {
      handler: async ({ step }) => step.run(id, () => 1),
      client: { mode: "dev", logger },
    };
    const runId = "run-determinism";
    await callOnce(fn, { runId });
    id = "second-path";
    await callOnce(fn, { runId, ...remembered({ "first-path": { data: 1 } }) });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('the function called "first-path"');
    expect(lines[0]).toContain('it called "second-path" instead');
  });

  it("says nothing about runs that go as before", async () => {
    const { lines, logger } = recorder();
    const fn: TestFunction = {
      handler: async ({ step }) => [await step.run("a", () => 1), await step.run("b", () => 2)],
      client: { mode: "dev", logger },
    };
    await callOnce(fn, { runId: "run-same" });
    await callOnce(fn, { runId: "run-same", ...remembered({ a: { data: 1 } }) });
    expect(lines).toEqual([]);
  });
});

describe("the logger of a handler", () => {
  it("[R19] is silent while remembered steps are replayed", async () => {
    const { lines, logger } = recorder();
    const handler = async ({ step, logger: log }: TestContext): Promise<void> => {
      log.info("begin");
      await step.run("a", () => 1);
      log.info("between");
      await step.run("b", () => log.info("in b"));
      log.info("end");
    };
    const fn: TestFunction = { handler, client: { logger } };
    await callOnce(fn);
    await callOnce(fn, remembered({ a: { data: 1 } }));
    await callOnce(fn, remembered({ a: { data: 1 }, b: { data: null } }));
    expect(lines).toEqual(["begin", "between", "in b", "end"]);
  });

  it("[R19] carries the run and is flushed", async () => {
    const { lines, logger } = recorder();
    const flush = vi.fn(async () => {});
    const child = vi.fn(() => ({ ...logger, flush, level: "info" }));
    const handler = ({ logger: log }: TestContext): void => log.info(log.level);
    await callOnce({ handler, client: { logger: { ...logger, child } as Logger } });
    expect(child).toHaveBeenCalledWith(
      expect.objectContaining({ runID: "01HF7Y0000000000000000TEST" }),
    );
    expect([lines, flush.mock.calls.length]).toEqual([["info"], 1]);
  });
});

describe("retries", () => {
  const failing = (options: object): TestFunction => ({
    handler: async ({ step }) =>
      step.run({ id: "a", ...options }, () => {
        throw new Error("no");
      }),
  });

  it("[R5] come after the function's own delays", async () => {
    const definition = { retryDelayMs: (attempt: number) => 1_500 * 2 ** attempt };
    const inStep = await callOnce({ ...failing({}), definition }, { attempt: 1 });
    expect(inStep.headers["retry-after"]).toBe("3");
    const inBody = await callOnce({ handler: () => Promise.reject(new Error("no")), definition });
    expect([inBody.status, inBody.headers["retry-after"]]).toEqual([500, "2"]);
  });

  it("[R5] come when the error says so, before all other rules", async () => {
    const definition = { retryDelayMs: () => 1_000 };
    const handler = (): never => {
      throw new RetryAfterError("busy", "1m");
    };
    expect((await callOnce({ handler, definition })).headers["retry-after"]).toBe("60");
  });

  it("[R5] follow the options of the step", async () => {
    const retry = { attempts: 2, delay: "2s", exponential: true, maxDelay: "5s" };
    const after = async (attempt: number): Promise<unknown[]> => {
      const answer = await callOnce(failing({ retry }), { attempt });
      return [answer.body[0].op, answer.headers["retry-after"]];
    };
    expect(await after(0)).toEqual(["StepError", "2"]);
    expect(await after(1)).toEqual(["StepError", "4"]);
    expect(await after(2)).toEqual(["StepFailed", undefined]);
    expect((await callOnce(failing({ retries: 0 }))).body[0].op).toBe("StepFailed");
  });

  it("are over when a step that failed for good is rethrown, and not when it is wrapped", async () => {
    const state = remembered({ a: { error: { name: "Error", message: "no" } } });
    const rethrow = await callOnce(failing({}), state);
    expect(rethrow.status).toBe(400);
    const handler = async ({ step }: TestContext): Promise<void> => {
      const error = await step.run("a", () => 1).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StepError);
      throw new Error("wrapped", { cause: error });
    };
    expect((await callOnce({ handler }, state)).status).toBe(500);
  });

  it("are refused by errors of another copy of the package, by name", async () => {
    const handler = (): never => {
      throw Object.assign(new Error("no"), { name: "NonRetriableError" });
    };
    expect((await callOnce({ handler })).status).toBe(400);
  });
});

describe("the context", () => {
  it("of a step tells a key that all attempts share", async () => {
    const keys: string[] = [];
    const handler = async ({ step }: TestContext): Promise<void> =>
      step.run("a", ({ idempotencyKey }: { idempotencyKey: string }) => {
        keys.push(idempotencyKey);
        throw new Error("no");
      });
    await callOnce({ handler });
    await callOnce({ handler }, { attempt: 1 });
    expect(keys).toEqual(
      Array.from({ length: 2 }, () => `01HF7Y0000000000000000TEST.${stepHash("a")}`),
    );
  });

  it("is not pushed on functions that are passed by name, whose optional parameters it would fill", async () => {
    const load = vi.fn((filter?: object) => filter ?? "all");
    const named = { load: (filter?: object): unknown => load(filter) };
    const answer = await callOnce({ handler: async ({ step }) => step.run("a", named.load) });
    expect(answer.body[0].data).toBe("all");
  });

  it("comes after the inputs", async () => {
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      step.run("a", (n: number, { attempt }: { attempt: number }) => [n, attempt], 7);
    expect((await callOnce({ handler }, { attempt: 2 })).body[0].data).toEqual([7, 2]);
  });

  it("[R11] of a failure handler has the failed run, its error and its own run", async () => {
    const onFailure = vi.fn();
    const event = {
      name: "inngest/function.failed",
      data: {
        run_id: "failed-run",
        error: { name: "TypeError", message: "no", stack: "s", __serialized: true },
      },
    };
    const fn: TestFunction = { handler: () => null, definition: { onFailure } };
    const failure = { isFailureHandler: true, event, events: [event] };
    await callOnce(fn, failure);
    await callOnce({ ...fn, client: { failureRunId: "own" } }, failure);
    const [[context], [official]] = onFailure.mock.calls as [[TestContext], [TestContext]];
    const own = "01HF7Y0000000000000000TEST";
    expect(context).toMatchObject({ runId: "failed-run", failureRunId: own });
    expect(context.error).toBeInstanceOf(TypeError);
    expect(official).toMatchObject({ runId: own, failureRunId: own });
  });
});

describe("the version", () => {
  it("is 2, and 1 where parallel steps are not to be bundled", async () => {
    const fn: TestFunction = { handler: () => 1 };
    expect((await callOnce(fn)).headers["x-inngest-req-version"]).toBe("2");
    const definition = { optimizeParallelism: false };
    expect((await callOnce({ ...fn, definition })).headers["x-inngest-req-version"]).toBe("1");
  });
});

describe("the loser of a race", () => {
  const fn: TestFunction = {
    handler: async ({ step }) =>
      await Promise.race([step.run("fast", () => 1), step.run("slow", () => 2)]),
  };
  const state = { ...remembered({ fast: { data: 1 } }), disableImmediateExecution: true };

  it("is finished before the run is", async () => {
    const answer = await callOnce(fn, state);
    expect(answer.body).toMatchObject([{ op: "StepPlanned", displayName: "slow" }]);
  });

  it("is left behind where races settle with their first branch", async () => {
    const definition = { optimizeParallelism: false };
    const answer = await callOnce({ ...fn, definition }, state);
    expect([answer.status, answer.body]).toEqual([200, 1]);
  });

  it("is not taken for a step that nobody awaited", async () => {
    const definition = { optimizeParallelism: false };
    const handler = async ({ step }: TestContext): Promise<number> => {
      void step.run("alone", () => 1);
      return 2;
    };
    const answer = await callOnce({ handler, definition });
    expect(answer.body).toMatchObject([{ op: "StepPlanned", displayName: "alone" }]);
  });
});

describe("a step that nobody looks at", () => {
  it("may fail without an unhandled rejection", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    try {
      const handler = async ({ step }: TestContext): Promise<string> => {
        void step.run("a", () => 1);
        await step.run("b", () => 1);
        return "end";
      };
      const state = remembered({ a: { error: { name: "Error", message: "no" } }, b: { data: 1 } });
      expect((await callOnce({ handler }, state)).body).toBe("end");
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).not.toHaveBeenCalled();
    } finally {
      process.off("unhandledRejection", unhandled);
    }
  });
});

describe("a problem outside of the handler", () => {
  it("becomes the answer", async () => {
    const definition = { openHooks: () => Promise.reject(new Error("middleware")) };
    const answer = await callOnce({ handler: () => 1, definition });
    expect([answer.status, answer.body.message]).toEqual([500, "middleware"]);
  });

  it("of an event that does not fit its schema is final", async () => {
    const definition = { checkEvent: () => Promise.reject(new NonRetriableError("data.n: wrong")) };
    const output = await executeCall(testInput({ handler: () => 1, definition }));
    expect(output.status).toBe(400);
  });
});
