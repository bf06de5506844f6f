// R6: the function's timeout, which user code catches once, at the step in flight.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TimeoutError } from "../errors.ts";
import type { WireOp } from "../wire/op.ts";
import { stepHash } from "../wire/step-hash.ts";
import { Deadline, runStartMs } from "./deadline.ts";
import { callOnce, remembered, type TestContext, type TestFunction } from "./test-call.ts";

const RUN_ID = "01HF7YAT00000000000000TEST";
const START_MS = runStartMs(RUN_ID, 0);
const TIMEOUT_MS = 300_000;
const MARKER = "everstep: function timeout";

const withTimeout = (handler: TestFunction["handler"]): TestFunction => ({
  handler,
  definition: { timeoutMs: TIMEOUT_MS },
});
const call = (handler: TestFunction["handler"], state: object = {}): ReturnType<typeof callOnce> =>
  callOnce(withTimeout(handler), { runId: RUN_ID, ...state });

/** The seed's pattern: a catch block that looks at the name and cleans up with a step. */
const cleaning = async ({ step }: TestContext): Promise<unknown> => {
  try {
    await step.run("work", () => "worked");
    await step.sleep("nap", "1h");
    return "done";
  } catch (error) {
    if ((error as Error).name !== "TimeoutError") throw error;
    return step.run("clean", () => (error as TimeoutError).stepId);
  }
};

const ops = (body: readonly WireOp[]): unknown[] => body.map((op) => `${op.op} ${op.userland?.id}`);

describe("[R6] the timeout of a function", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: START_MS + 1_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("counts from the time in the run's id", () => {
    expect(runStartMs("01ARZ3NDEKTSV4RRFFQ69G5FAV", 0)).toBe(1_469_922_850_259);
    expect(runStartMs("run-1", 42)).toBe(42);
  });

  it("leaves a function alone that is fast enough", async () => {
    expect(ops((await call(cleaning)).body)).toEqual(["StepRun work"]);
  });

  it("[R6] wakes a sleeping run at the deadline", async () => {
    const answer = await call(cleaning, remembered({ work: { data: 1 } }));
    expect(ops(answer.body)).toEqual(["Sleep nap", `Sleep ${MARKER}`]);
    expect(answer.body[1].name).toBe(new Date(START_MS + TIMEOUT_MS).toISOString());
  });

  it("[R6] throws at the sleep in flight once the deadline is in the stack; the catch block may use steps", async () => {
    vi.setSystemTime(START_MS + TIMEOUT_MS);
    const state = remembered({ work: { data: 1 }, [MARKER]: null });
    const answer = await call(cleaning, state);
    expect(ops(answer.body)).toEqual(["StepRun clean"]);
    expect(answer.body[0].data).toBe("nap");
  });

  it("[R6] replays alike when the sleep ends after the deadline", async () => {
    vi.setSystemTime(START_MS + TIMEOUT_MS + 1);
    const state = remembered({
      work: { data: 1 },
      [MARKER]: null,
      nap: null,
      clean: { data: "nap" },
    });
    const answer = await call(cleaning, state);
    expect([answer.status, answer.body]).toEqual([200, "nap"]);
  });

  it("[R6] does not throw when the sleep ended before the deadline", async () => {
    const state = remembered({ work: { data: 1 }, nap: null, [MARKER]: null });
    const answer = await call(cleaning, state);
    expect([answer.status, answer.body]).toEqual([200, "done"]);
  });

  it("[R6] aborts the callback of a running step and records the step as failed for good", async () => {
    let reason: unknown;
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      step.run("slow", async ({ signal }: { signal: AbortSignal }) => {
        signal.addEventListener("abort", () => {
          reason = signal.reason;
        });
        await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
        await new Promise(() => {});
      });
    const answer = await call(handler);
    expect(ops(answer.body)).toEqual(["StepFailed slow"]);
    expect(answer.body[0].error).toMatchObject({
      name: "TimeoutError",
      data: { everstep: "function_timeout" },
    });
    expect(reason).toBeInstanceOf(TimeoutError);
  });

  it("[R6] gives a recorded deadline back as TimeoutError, once, and lets later steps run", async () => {
    vi.setSystemTime(START_MS + TIMEOUT_MS + 10);
    const error = { name: "TimeoutError", message: "over", data: { everstep: "function_timeout" } };
    const caught: unknown[] = [];
    const handler = async ({ step }: TestContext): Promise<unknown> => {
      await step.run("slow", () => 1).catch((thrown: unknown) => caught.push(thrown));
      return step.run("after", () => "ran");
    };
    const answer = await call(handler, remembered({ slow: { error } }));
    expect(caught).toEqual([expect.any(TimeoutError)]);
    expect(answer.body[0]).toMatchObject({ op: "StepRun", data: "ran" });
  });

  it("[R6] does not begin a step after the deadline", async () => {
    vi.setSystemTime(START_MS + TIMEOUT_MS);
    const ran = vi.fn();
    const answer = await call(async ({ step }) => step.run("late", ran));
    expect(answer.body[0]).toMatchObject({ op: "StepFailed", error: { name: "TimeoutError" } });
    expect(ran).not.toHaveBeenCalled();
  });

  it("[R6] fails the run without retries when it is not caught", async () => {
    vi.setSystemTime(START_MS + TIMEOUT_MS);
    const state = remembered({ [MARKER]: null });
    const answer = await call(async ({ step }) => step.waitForEvent("w", { event: "e" }), state);
    expect([answer.status, answer.headers["x-inngest-no-retry"]]).toEqual([400, "true"]);
    expect(answer.body.name).toBe("TimeoutError");
  });

  it("[R6] ends the run when the catch block takes as long again", async () => {
    vi.setSystemTime(START_MS + 2 * TIMEOUT_MS);
    const state = remembered({ work: { data: 1 }, [MARKER]: null });
    const answer = await call(cleaning, state);
    expect([answer.status, answer.body.name]).toEqual([400, "TimeoutError"]);
  });

  it("[R6] ends a function without steps at the deadline", async () => {
    const answer = call(async () => {
      await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
      await new Promise(() => {});
    });
    expect(await answer).toMatchObject({ status: 400, body: { name: "TimeoutError" } });
  });

  it("does not take a timeout of the author's own making for its own", async () => {
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      step.run("ask", () => {
        throw new DOMException("slow", "TimeoutError");
      });
    const answer = await call(handler);
    expect(answer.body[0]).toMatchObject({ op: "StepError", error: { name: "TimeoutError" } });
    expect(answer.body[0].error.data).toBeUndefined();
  });

  it("leaves the failure handler its time", async () => {
    const deadline = new Deadline(TIMEOUT_MS, START_MS);
    vi.setSystemTime(deadline.graceEndMs);
    const fn: TestFunction = {
      handler: () => null,
      definition: { timeoutMs: TIMEOUT_MS, onFailure: () => "told" },
    };
    const answer = await callOnce(fn, { runId: RUN_ID, isFailureHandler: true });
    expect([answer.status, answer.body]).toEqual([200, "told"]);
    expect(deadline.markerHash).toBe(stepHash(MARKER));
  });
});
