// step.invoke: the event it sends to one function, and the wait for that function's end.
import { canonicalJson, type Json } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { anOp, AT_MS, aFunction } from "../../testing/builders.ts";
import { startRun, type TestRun } from "../../testing/test-run.ts";

const YEAR_MS = 365 * 86_400_000;
const CHILD = aFunction({ slug: "shop-child" });

function invoking(opts: Record<string, Json>): TestRun {
  const run = startRun();
  run.ctx.functions.push(CHILD);
  run.answer([anOp("InvokeFunction", "child", { opts: { function_id: "shop-child", ...opts } })]);
  return run;
}

describe("InvokeFunction", () => {
  it("[I1] waits under the correlation id and sends the event to that function", () => {
    const run = invoking({ payload: { data: { n: 1 } } });
    const wait = run.wait();
    expect(wait).toMatchObject({
      kind: "invoke",
      eventName: "inngest/function.finished",
      matchKey: wait.id,
      expiresAtMs: AT_MS + YEAR_MS,
      invoked: { functionId: CHILD.id },
    });
    const [next, ...others] = run.followUps;
    expect(others).toEqual([]);
    expect(next).toMatchObject({
      type: "event",
      target: { functionId: CHILD.id, correlationId: wait.id },
      event: {
        internalId: wait.invoked?.eventId,
        id: wait.invoked?.eventId,
        name: "inngest/function.invoked",
        tsMs: AT_MS,
        dataJson: canonicalJson({
          n: 1,
          _inngest: {
            correlation_id: wait.id,
            expire: AT_MS + YEAR_MS,
            fn_id: "shop-child",
            name: "inngest/function.invoked",
            source_app_id: run.fn.appId,
            source_fn_id: run.fn.id,
            source_fn_v: 1,
          },
        }),
      },
    });
  });

  it("[I1] passes user, v and meta on", () => {
    const run = invoking({ payload: { user: { id: "u" }, v: "2", meta: { sessions: {} } } });
    expect(run.followUps[0]).toMatchObject({
      event: { userJson: '{"id":"u"}', v: "2", metaJson: '{"sessions":{}}' },
    });
  });

  it.each<[string, Record<string, Json>]>([
    ["no payload", {}],
    ["a list as payload", { payload: [1] }],
    ["data that is no object", { payload: { data: "x", v: 2 } }],
  ])("[I1] %s arrives as an object with our facts alone", (_what, opts) => {
    const [next] = invoking(opts).followUps;
    const event = next?.type === "event" ? next.event : undefined;
    expect(Object.keys(JSON.parse(event?.dataJson ?? "null") as object)).toEqual(["_inngest"]);
    expect(event).not.toHaveProperty("userJson");
    expect(event).not.toHaveProperty("v");
    expect(event).not.toHaveProperty("metaJson");
  });

  it("[I1] an app cannot forge whom the answer goes to", () => {
    const run = invoking({ payload: { data: { _inngest: { correlation_id: "other" } } } });
    expect(run.followUps[0]).toMatchObject({
      event: { dataJson: expect.stringContaining(run.wait().id) as string },
    });
  });

  it("[I1] a function is found by its id too", () => {
    expect(invoking({ function_id: CHILD.id }).wait().invoked?.functionId).toBe(CHILD.id);
  });

  it.each([
    ["", AT_MS + YEAR_MS],
    ["90s", AT_MS + 90_000],
  ])("[I1] the timeout %s", (timeout, expiresAtMs) => {
    const run = invoking({ timeout });
    expect(run.wait().expiresAtMs).toBe(expiresAtMs);
    expect(run.timer("wait_timeout").dueAtMs).toBe(expiresAtMs);
  });

  it("[I2] an unknown function is the step's error", () => {
    const run = invoking({ function_id: "shop-gone" });
    expect(run.output("child")).toMatchObject({ error: { name: "Error" } });
    expect(JSON.stringify(run.output("child"))).toContain("shop-gone");
    expect(run.steps()).toMatchObject([{ failed: true }]);
    expect(run.calls()).toHaveLength(1);
    expect(run.followUps).toEqual([]);
  });

  it("[I2] so is none at all", () => {
    const run = startRun();
    run.answer([anOp("InvokeFunction", "child")]);
    expect(run.steps()).toMatchObject([{ failed: true }]);
  });
});
