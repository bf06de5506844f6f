// Middleware with a JSON form of its own for what JSON does not keep, as v3 apps have it: it is given values as they were returned, and
// user code sees the same at the first time as on every replay.
import { describe, expect, it } from "vitest";
import type { CheckpointPort } from "../execution/checkpoint-buffer.ts";
import { remembered } from "../execution/test-call.ts";
import { encryptionMiddleware } from "./encryption/encryption-middleware.ts";
import { InngestMiddleware } from "./inngest-middleware.ts";
import { callFunction, testApp } from "./test-app.ts";

const dates = new InngestMiddleware({
  name: "dates",
  init: () => ({
    onFunctionRun: () => ({
      transformInput: ({ steps }) => ({
        steps: steps.map((step) => ({
          ...step,
          data: { at: new Date((step.data as { date: string }).date) },
        })),
      }),
      transformOutput: ({ result, step }) =>
        step === undefined ? undefined : { result: { data: { date: result.data.at } } },
    }),
  }),
});

/** Takes everything. */
const checkpoint: CheckpointPort = { send: async () => undefined };

describe("middleware with a JSON form of its own", () => {
  it("gets the value as the step returned it, and gives it back on a replay", async () => {
    const { client } = testApp({ middleware: [dates] });
    const seen: unknown[] = [];
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, async ({ step }) => {
      const value = await step.run("now", () => ({ at: new Date(0) }));
      seen.push(value.at);
    });
    // With checkpoints user code could go on in the first call, where it would see text in place of the date.
    const first = await callFunction(fn, {}, { checkpoint });
    expect(first.body).toMatchObject([{ data: { date: "1970-01-01T00:00:00.000Z" } }]);
    expect(seen).toEqual([]);
    await callFunction(fn, remembered({ now: { data: first.body[0].data } }), { checkpoint });
    expect(seen).toEqual([new Date(0)]);
  });

  it("costs no call where what is read back is the value's JSON, as with encryption", async () => {
    const { client } = testApp({ middleware: [encryptionMiddleware({ key: "k".repeat(32) })] });
    const seen: unknown[] = [];
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, async ({ step }) => {
      const value = await step.run("now", () => ({ at: new Date(0) }));
      seen.push(value.at);
    });
    await callFunction(fn, {}, { checkpoint });
    expect(seen).toEqual(["1970-01-01T00:00:00.000Z"]);
  });
});
