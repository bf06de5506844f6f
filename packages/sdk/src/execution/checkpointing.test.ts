// Several steps in one call (protocol.md 8.1): what is sent when, and what the answer is when that does not work.
import { describe, expect, it, vi } from "vitest";
import { NonRetriableError, StepError } from "../errors.ts";
import type { CheckpointOptions } from "../functions/definition.ts";
import type { WireOp } from "../wire/op.ts";
import { stepHash } from "../wire/step-hash.ts";
import type { CheckpointPort } from "./checkpoint-buffer.ts";
import { callOnce, remembered, type TestContext } from "./test-call.ts";

const EACH: CheckpointOptions = { bufferedSteps: 1, maxIntervalMs: 0, maxRuntimeMs: 0 };
const three = async ({ step }: TestContext): Promise<unknown> => {
  const a = await step.run("a", () => ({ at: new Date(0) }));
  const b = await step.run("b", () => a);
  return step.run("c", () => b.at);
};

function port(answer: (ops: readonly WireOp[]) => "stale" | undefined = () => undefined): {
  sent: string[][];
  checkpoint: CheckpointPort;
} {
  const sent: string[][] = [];
  const send: CheckpointPort["send"] = async (ops) => {
    const result = answer(ops);
    sent.push(ops.map((op) => op.userland?.id ?? op.op));
    return result;
  };
  return { sent, checkpoint: { send } };
}

const ops = (body: readonly WireOp[]): string[] =>
  body.map((op) => `${op.op} ${op.userland?.id ?? ""}`.trim());

describe("checkpointing", () => {
  it("runs all steps in one call, saving each before the next begins", async () => {
    const { sent, checkpoint } = port();
    const handler = async ({ step }: TestContext): Promise<unknown> => {
      await step.run("a", () => 1);
      await step.run("b", () => expect(sent).toEqual([["a"]]));
      return "end";
    };
    const answer = await callOnce({ handler, checkpointing: EACH }, {}, { checkpoint });
    expect(sent).toEqual([["a"], ["b"]]);
    expect(answer.status).toBe(206);
    expect(answer.body).toEqual([{ op: "RunComplete", id: stepHash("complete"), data: "end" }]);
  });

  it("gives user code what JSON makes of a result", async () => {
    const { checkpoint } = port();
    const answer = await callOnce({ handler: three, checkpointing: EACH }, {}, { checkpoint });
    expect(answer.body.at(-1).data).toBe("1970-01-01T00:00:00.000Z");
  });

  it("is not disturbed by user code that changes a result", async () => {
    const seen: unknown[] = [];
    const { checkpoint } = port((sentOps) => {
      seen.push(JSON.parse(JSON.stringify(sentOps[0]?.data)));
      return undefined;
    });
    const handler = async ({ step }: TestContext): Promise<void> => {
      const list = await step.run("a", () => [1]);
      list.push(2);
      await step.run("b", () => list);
    };
    await callOnce({ handler, checkpointing: EACH }, {}, { checkpoint });
    expect(seen).toEqual([[1], [1, 2]]);
  });

  it("collects as many steps as asked, and answers with the rest", async () => {
    const { sent, checkpoint } = port();
    const checkpointing = { ...EACH, bufferedSteps: 2 };
    const answer = await callOnce({ handler: three, checkpointing }, {}, { checkpoint });
    expect(sent).toEqual([["a", "b"]]);
    expect(ops(answer.body)).toEqual(["StepRun c", "RunComplete"]);
  });

  it("sends what is collected when the interval has passed", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const { sent, checkpoint } = port();
      const checkpointing = { bufferedSteps: 10, maxIntervalMs: 1_000, maxRuntimeMs: 0 };
      const handler = async ({ step }: TestContext): Promise<void> => {
        await step.run("a", () => 1);
        await step.run("b", async () => {
          await vi.advanceTimersByTimeAsync(1_000);
          expect(sent).toEqual([["a"]]);
        });
      };
      const answer = await callOnce({ handler, checkpointing }, {}, { checkpoint });
      expect(ops(answer.body)).toEqual(["StepRun b", "RunComplete"]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("leaves new steps to the next call once the call has lasted long enough", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const { sent, checkpoint } = port();
      const checkpointing = { ...EACH, maxRuntimeMs: 10_000 };
      const handler = async ({ step }: TestContext): Promise<void> => {
        await step.run("a", () => void vi.setSystemTime(Date.now() + 10_000));
        await step.run("b", () => 2);
      };
      const answer = await callOnce({ handler, checkpointing }, {}, { checkpoint });
      expect(sent).toEqual([["a"]]);
      expect(ops(answer.body)).toEqual(["StepPlanned b"]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("sends what is collected before it answers with a failed step or with new ones", async () => {
    const checkpointing = { ...EACH, bufferedSteps: 10 };
    const failing = async ({ step }: TestContext): Promise<void> => {
      await step.run("a", () => 1);
      await step.run("b", () => {
        throw new Error("no");
      });
    };
    const sleeping = async ({ step }: TestContext): Promise<void> => {
      await step.run("a", () => 1);
      await step.sleep("b", "1h");
    };
    for (const [handler, op] of [
      [failing, "StepError b"],
      [sleeping, "Sleep b"],
    ] as const) {
      const { sent, checkpoint } = port();
      const answer = await callOnce({ handler, checkpointing }, {}, { checkpoint });
      expect(sent).toEqual([["a"]]);
      expect(ops(answer.body)).toEqual([op]);
    }
  });

  it("answers after the first step of a repeated attempt, so that the next starts with its own count", async () => {
    const { sent, checkpoint } = port();
    const answer = await callOnce(
      { handler: three, checkpointing: EACH },
      { attempt: 1 },
      { checkpoint },
    );
    expect(sent).toEqual([]);
    expect(ops(answer.body)).toEqual(["StepRun a"]);
  });

  it("stops when another call has taken over", async () => {
    const ran: string[] = [];
    const { checkpoint } = port(() => "stale");
    const handler = async ({ step }: TestContext): Promise<void> => {
      await step.run("a", () => ran.push("a"));
      await step.run("b", () => ran.push("b"));
    };
    const answer = await callOnce({ handler, checkpointing: EACH }, {}, { checkpoint });
    expect(ran).toEqual(["a"]);
    expect([answer.status, answer.headers["x-inngest-no-retry"]]).toEqual([400, "true"]);
    expect(answer.body.name).toBe("StaleDispatchError");
  });

  it("answers with everything that could not be sent", async () => {
    const { checkpoint } = port(() => {
      throw new Error("unreachable");
    });
    const answer = await callOnce({ handler: three, checkpointing: EACH }, {}, { checkpoint });
    expect(ops(answer.body)).toEqual(["StepRun a"]);
  });

  it("sends what is collected before it answers with an error of the function", async () => {
    const { sent, checkpoint } = port();
    const handler = async ({ step }: TestContext): Promise<void> => {
      await step.run("a", () => 1);
      throw new Error("bad");
    };
    const checkpointing = { ...EACH, bufferedSteps: 5 };
    const answer = await callOnce({ handler, checkpointing }, {}, { checkpoint });
    expect(sent).toEqual([["a"]]);
    expect([answer.status, answer.body.message]).toEqual([500, "bad"]);
  });

  it.each([
    { name: "targeted", state: { targetStepId: stepHash("a") } },
    { name: "planned only", state: { disableImmediateExecution: true } },
    { name: "without a function id", state: { fnId: undefined } },
  ])("is off in a call that is $name", async ({ state }) => {
    const { sent, checkpoint } = port();
    await callOnce({ handler: three, checkpointing: EACH }, state, { checkpoint });
    expect(sent).toEqual([]);
  });

  it("waits for the step under way before it ends with the function", async () => {
    const { sent, checkpoint } = port();
    const handler = async ({ step }: TestContext): Promise<string> => {
      let isStarted = false;
      const running = step.run("a", async () => {
        isStarted = true;
        await new Promise((resolve) => setTimeout(resolve, 5));
        return 1;
      });
      void running;
      while (!isStarted) await new Promise((resolve) => setImmediate(resolve));
      return "end";
    };
    const answer = await callOnce({ handler, checkpointing: EACH }, {}, { checkpoint });
    expect(sent).toEqual([["a"]]);
    expect(ops(answer.body)).toEqual(["RunComplete"]);
  });

  it("goes on from remembered steps", async () => {
    const { sent, checkpoint } = port();
    const state = remembered({ a: { data: { at: "then" } } });
    const answer = await callOnce({ handler: three, checkpointing: EACH }, state, { checkpoint });
    expect(sent).toEqual([["b"], ["c"]]);
    expect(answer.body.at(-1).data).toBe("then");
  });

  it("[R12] goes on after a step that failed for good, so that its catch block sees what callbacks have set", async () => {
    const { sent, checkpoint } = port();
    let after: (step: TestContext["step"]) => unknown = () => undefined;
    const handler = async ({ step }: TestContext): Promise<unknown> => {
      let charge = "none";
      try {
        await step.run("charge", () => {
          charge = "ch_1";
        });
        await step.run("ship", () => {
          throw new NonRetriableError("sold out");
        });
      } catch (error) {
        expect(error).toBeInstanceOf(StepError);
        await after(step);
        if (charge !== "none") await step.run("refund", () => charge);
        throw error;
      }
      return null;
    };
    const call = (): ReturnType<typeof callOnce> =>
      callOnce({ handler, checkpointing: EACH }, {}, { checkpoint });
    const answer = await call();
    expect(sent).toEqual([["charge"]]);
    expect(ops(answer.body)).toEqual(["StepFailed ship", "StepRun refund"]);
    expect(answer.body[1].data).toBe("ch_1");
    after = (step) => step.sleep("calm", "1m");
    expect(ops((await call()).body)).toEqual(["StepFailed ship", "Sleep calm"]);
    after = () => {
      throw new Error("other");
    };
    expect(ops((await call()).body)).toEqual(["StepFailed ship"]);
  });
});
