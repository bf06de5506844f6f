// The subpath `everstep/experimental`: the async context, and features that are refused by name.
import { describe, expect, it } from "vitest";
import { Everstep } from "./client/everstep.ts";
import { callOnce, silentLogger, type TestContext } from "./execution/test-call.ts";
import * as experimental from "./experimental.ts";
import { UnsupportedFeatureError } from "./unsupported-feature.ts";

const { getAsyncCtx, runWithAsyncCtx } = experimental;

describe("getAsyncCtx", () => {
  it("gives the handler's argument and the running step, and can be put back", async () => {
    const seen: unknown[] = [];
    const handler = async (ctx: TestContext): Promise<void> => {
      const outside = await getAsyncCtx();
      seen.push(outside?.execution.ctx === ctx, outside?.execution.executingStep);
      await ctx.step.run("work", async () => {
        seen.push((await getAsyncCtx())?.execution.executingStep?.id);
        if (outside === undefined) return;
        const inner = await runWithAsyncCtx(outside, () => getAsyncCtx());
        seen.push(inner?.execution.executingStep);
      });
    };
    await callOnce({ handler });
    expect(seen).toEqual([true, undefined, "work", undefined]);
    expect(await getAsyncCtx()).toBeUndefined();
  });
});

describe("what Everstep does not have", () => {
  const client = new Everstep({ id: "app", isDev: true, logger: silentLogger });
  const uses: [string, () => unknown, RegExp][] = [
    ["createDefer", () => experimental.createDefer(client, { id: "d" }), /step\.sendEvent/],
    ["createScorer", () => experimental.createScorer(client, {}), /score as an event/],
    ["metadataMiddleware", () => experimental.metadataMiddleware(), /shown with the run/],
    ["scoreMiddleware", () => experimental.scoreMiddleware(), /score as an event/],
    ["sandboxMiddleware", () => experimental.sandboxMiddleware(), /in a step/],
    ["extendedTracesMiddleware", () => experimental.extendedTracesMiddleware(), /OpenTelemetry/],
    ["client.endpoint", () => client.endpoint(() => null), /client\.send/],
    ["client.endpointProxy", () => client.endpointProxy(), /client\.send/],
    ["client.score", () => client.score({}), /score as an event/],
  ];

  it.each(uses)("%s says so, with the way out", (feature, use, remedy) => {
    expect(use).toThrow(UnsupportedFeatureError);
    expect(use).toThrow(remedy);
    expect(use).toThrow(`${feature} is not supported by Everstep`);
  });

  it("defer fails the run without retries", async () => {
    const answer = await callOnce({
      handler: ({ defer }: TestContext) => defer("later", {}) as unknown,
    });
    expect([answer.status, answer.body.name]).toEqual([400, "UnsupportedFeatureError"]);
  });
});
