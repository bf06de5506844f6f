// R7: steps inside the callback of another step.
import { describe, expect, it } from "vitest";
import { stepHash } from "../wire/step-hash.ts";
import type { WireOp } from "../wire/op.ts";
import { callOnce, remembered, type TestContext } from "./test-call.ts";

const CHILD = "parent > child";

function counted(parentFails: boolean): {
  sends: string[];
  handler: (context: TestContext) => unknown;
} {
  const sends: string[] = [];
  const handler = async ({ step }: TestContext): Promise<unknown> =>
    step.run("parent", async () => {
      const value = await step.run("child", () => {
        sends.push("child");
        return { n: 1 };
      });
      if (parentFails) throw new Error("parent");
      return value.n + 1;
    });
  return { sends, handler };
}

const names = (ops: readonly WireOp[]): unknown[] =>
  ops.map((op) => [op.op, op.userland?.id, op.id]);

describe("nested steps", () => {
  it("[R7] run inline and are recorded under the parent's id and their own", async () => {
    const { handler } = counted(false);
    const answer = await callOnce({ handler });
    expect(names(answer.body)).toEqual([
      ["StepRun", CHILD, stepHash(CHILD)],
      ["StepRun", "parent", stepHash("parent")],
    ]);
    expect(answer.body.map((op: WireOp) => op.data)).toEqual([{ n: 1 }, 2]);
    expect(answer.body[0].displayName).toBe("child");
  });

  it("[R7] are remembered even when the parent's attempt fails", async () => {
    const { sends, handler } = counted(true);
    const first = await callOnce({ handler });
    expect(names(first.body)).toEqual([
      ["StepRun", CHILD, stepHash(CHILD)],
      ["StepError", "parent", stepHash("parent")],
    ]);
    const second = await callOnce(
      { handler },
      { ...remembered({ [CHILD]: { data: { n: 1 } } }), attempt: 1 },
    );
    expect(names(second.body)).toEqual([["StepError", "parent", stepHash("parent")]]);
    expect(sends).toEqual(["child"]);
  });

  it("[R7] are saved at once where the call may save", async () => {
    const { handler } = counted(true);
    const sent: unknown[] = [];
    const checkpoint = { send: async (ops: readonly WireOp[]) => void sent.push(...names(ops)) };
    const checkpointing = { bufferedSteps: 10, maxIntervalMs: 0, maxRuntimeMs: 0 };
    const answer = await callOnce({ handler, checkpointing }, {}, { checkpoint });
    expect(sent).toEqual([["StepRun", CHILD, stepHash(CHILD)]]);
    expect(names(answer.body)).toEqual([["StepError", "parent", stepHash("parent")]]);
  });

  it("[R7] may be repeated and may nest further", async () => {
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      step.run("p", async () => {
        const first = await step.run("c", () => 1);
        const second = await step.run("c", async () => step.run("deep", () => 2));
        return first + second;
      });
    const answer = await callOnce({ handler });
    expect(answer.body.map((op: WireOp) => [op.userland, op.data])).toEqual([
      [{ id: "p > c" }, 1],
      [{ id: "p > c:1 > deep" }, 2],
      [{ id: "p > c", index: 1 }, 2],
      [{ id: "p" }, 3],
    ]);
  });

  it("[R7] let their parent catch what they throw, and are tried again with it", async () => {
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      step.run("p", async () => {
        try {
          return await step.run("c", () => {
            throw new Error("child");
          });
        } catch (error) {
          return (error as Error).message;
        }
      });
    const answer = await callOnce({ handler });
    expect(answer.body.map((op: WireOp) => [op.op, op.data])).toEqual([["StepRun", "child"]]);
  });

  it.each([
    ["sleep", (step: TestContext) => step.sleep("inner", "1s")],
    ["waitForEvent", (step: TestContext) => step.waitForEvent("inner", { event: "e" })],
    ["invoke", (step: TestContext) => step.invoke("inner", { function: "app-other" })],
    ["waitForSignal", (step: TestContext) => step.waitForSignal("inner", { signal: "s" })],
  ])("[R7] of the kind %s are refused for good, with the way out", async (tool, use) => {
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      step.run("outer", () => use(step));
    const answer = await callOnce({ handler });
    const [op] = answer.body;
    expect([op.op, op.error.name]).toEqual(["StepFailed", "NestedStepError"]);
    expect(op.error.message).toContain(`step.${tool} "inner"`);
    expect(op.error.message).toContain('inside the step "outer"');
  });

  it("send events with a seed of their own", async () => {
    const seeds: (string | undefined)[] = [];
    const client = {
      sendEvents: async (_payloads: unknown, options: { readonly seedText?: string }) => {
        seeds.push(options.seedText);
        return { ids: ["e1"] };
      },
    };
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      step.run("p", async () => step.sendEvent("tell", { name: "a/b", data: {} }));
    const answer = await callOnce({ handler, client });
    expect(seeds).toEqual([`01HF7Y0000000000000000TEST.${stepHash("p > tell")}`]);
    expect(answer.body.map((op: WireOp) => op.data)).toEqual([{ ids: ["e1"] }, { ids: ["e1"] }]);
  });

  it("make requests directly", async () => {
    const client = { fetch: async () => new Response("plain") };
    const handler = async ({ step }: TestContext): Promise<unknown> =>
      step.run("p", async () => (await step.fetch("https://example.com")).text());
    const answer = await callOnce({ handler, client });
    expect(answer.body.map((op: WireOp) => [op.op, op.data])).toEqual([["StepRun", "plain"]]);
  });
});
