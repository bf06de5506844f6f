// Runtimes without AsyncLocalStorage: nested steps are still recognised, because only one callback runs at a time.
import { afterEach, expect, it, vi } from "vitest";
import type { TestContext } from "./test-call.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it("nested steps are recognised where scopes do not follow the code", async () => {
  vi.stubGlobal("process", { env: {} });
  vi.resetModules();
  const { canFollowScopes } = await import("./async-context.ts");
  const { callOnce } = await import("./test-call.ts");
  vi.unstubAllGlobals();
  expect(canFollowScopes).toBe(false);
  const handler = async ({ step }: TestContext): Promise<unknown> =>
    step.run("p", async () => {
      await Promise.resolve();
      return step.run("c", () => 1);
    });
  const answer = await callOnce({ handler });
  expect(answer.body.map((op: { userland: unknown }) => op.userland)).toEqual([
    { id: "p > c" },
    { id: "p" },
  ]);
  const parallel = await callOnce({
    handler: async ({ step }) => Promise.all([step.run("a", () => 1), step.run("b", () => 2)]),
  });
  expect(parallel.body.map((op: { op: string }) => op.op)).toEqual(["StepPlanned", "StepPlanned"]);
});
