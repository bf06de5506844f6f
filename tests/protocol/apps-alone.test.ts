// The test apps without an engine: they start, introduce themselves and answer call requests made by hand as the reference
// says. When one of these fails, our understanding of the SDK is wrong, not the engine.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppProcess } from "./harness/app-process.ts";
import { callByHand } from "./harness/hand-made-call.ts";
import { EV3_CALLS, EV4_CALLS, V3, V4_CALLS } from "./harness/world.ts";

const NO_ENGINE = "http://127.0.0.1:9";
const hash = (id: string): string => createHash("sha1").update(id).digest("hex");

describe.each([V3, V4_CALLS, EV3_CALLS, EV4_CALLS])("an app of $name, alone", (mode) => {
  let app: AppProcess;

  beforeAll(async () => {
    const { name: appId, version, isOurs = false } = mode;
    const calls = mode.checkpointing === undefined ? {} : { checkpointing: mode.checkpointing };
    const options = { appId, version, isOurs, engineUrl: NO_ENGINE, ...calls };
    app = await AppProcess.start({ ...options, functions: "steps errors" });
  });

  afterAll(async () => {
    await app.stop();
  });

  it("introduces itself to a GET in dev mode", async () => {
    const response = await fetch(app.url);
    expect(response.status).toBe(200);
    const sdk = mode.isOurs === true ? "everstep-js:v" : `inngest-js:v${mode.version}.`;
    expect(response.headers.get("x-inngest-sdk")).toContain(sdk);
    expect(await response.json()).toMatchObject({ mode: "dev", has_signing_key: false });
  });

  it("hands over its functions by in-band sync", async () => {
    const response = await fetch(app.url, {
      method: "PUT",
      headers: {
        "content-type": "application/json",
        "x-inngest-sync-kind": "in_band",
        "x-inngest-server-kind": "dev",
      },
      body: JSON.stringify({ url: app.url }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-inngest-sync-kind")).toBe("in_band");
    const body = (await response.json()) as { functions: Record<string, unknown>[] };
    expect(body).toMatchObject({
      app_id: mode.name,
      sdk_author: expect.any(String) as string,
      url: app.url,
    });
    const sequence = body.functions.find((fn) => fn["id"] === `${mode.name}-sequence`);
    expect(sequence).toMatchObject({
      triggers: [{ event: `${mode.name}/sequence` }],
      steps: {
        step: {
          id: "step",
          runtime: {
            type: "http",
            url: `http://127.0.0.1:${app.port}/api/inngest?fnId=${mode.name}-sequence&stepId=step`,
          },
        },
      },
    });
  });

  it("runs the first step at once and answers 206 with its result", async () => {
    const answer = await callByHand(app, { functionId: "sequence" });
    expect(answer.status).toBe(206);
    expect(answer.headers.get("x-inngest-req-version")).toBe(mode.version === 3 ? "1" : "2");
    expect(answer.body).toMatchObject([
      { op: "StepRun", id: hash("first"), data: { count: 1, words: ["a", "b"] } },
    ]);
  });

  it("goes on from memoised steps and answers 200 at the end", async () => {
    const steps = {
      [hash("first")]: { data: { count: 5, words: [] } },
      [hash("second")]: { data: 6 },
      [hash("third")]: { data: null },
    };
    const answer = await callByHand(app, { functionId: "sequence", steps });
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({
      first: { count: 5, words: [] },
      second: 6,
      third: null,
      echo: { id: "by-hand" },
    });
  });

  it("plans a single step when immediate execution is off, and runs it when targeted", async () => {
    const planned = await callByHand(app, { functionId: "sequence", forceStepPlan: true });
    expect(planned.status).toBe(206);
    expect(planned.body).toMatchObject([{ op: "StepPlanned", id: hash("first") }]);
    const targeted = await callByHand(app, {
      functionId: "sequence",
      stepId: hash("first"),
      forceStepPlan: true,
    });
    expect(targeted.body).toMatchObject([{ op: "StepRun", id: hash("first") }]);
  });

  it("reports all parallel steps in one answer, each tool with its own op", async () => {
    const answer = await callByHand(app, { functionId: "mixed" });
    expect(answer.status).toBe(206);
    expect(answer.body).toMatchObject([
      { op: "StepPlanned", id: hash("ran") },
      { op: "Sleep", id: hash("slept"), name: "1s" },
      { op: "WaitForEvent", id: hash("waited"), name: `${mode.name}/never` },
    ]);
  });

  it("numbers the repeats of a step id", async () => {
    const steps = { [hash("add")]: { data: 0 } };
    const answer = await callByHand(app, { functionId: "loop", steps });
    expect(answer.body).toMatchObject([{ op: "StepRun", id: hash("add:1") }]);
  });

  it("answers a failing step with StepError, on the last attempt with StepFailed", async () => {
    const first = await callByHand(app, { functionId: "caught", maxAttempts: 2 });
    expect(first.body).toMatchObject([
      { op: "StepError", id: hash("doomed"), error: { name: "TypeError" } },
    ]);
    const last = await callByHand(app, {
      functionId: "caught",
      attempt: 1,
      maxAttempts: 2,
    });
    expect(last.body).toMatchObject([{ op: "StepFailed", id: hash("doomed") }]);
  });

  it("throws a memoised step error at the await", async () => {
    const steps = {
      [hash("doomed")]: { error: { name: "TypeError", message: "never works" } },
      [hash("plan-b")]: { data: "plan b" },
    };
    const answer = await callByHand(app, { functionId: "caught", steps });
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({
      name: "TypeError",
      message: "never works",
      plan: "plan b",
    });
  });

  it("answers 400 and no-retry to NonRetriableError, 500 to other errors", async () => {
    const final = await callByHand(app, { functionId: "final-function" });
    expect(final.status).toBe(400);
    expect(final.headers.get("x-inngest-no-retry")).toBe("true");
    const again = await callByHand(app, { functionId: "always-failing" });
    expect(again.status).toBe(500);
    expect(again.headers.get("x-inngest-no-retry")).toBe("false");
    expect(again.body).toMatchObject({ name: "RangeError", message: "out of luck" });
  });

  it("answers 500 for a function that it does not have", async () => {
    const answer = await callByHand(app, { functionId: "nowhere" });
    expect(answer.status).toBe(500);
    expect(answer.headers.get("x-inngest-sdk")).not.toBeNull();
  });

  const isRefused = mode.version === 4 || mode.isOurs === true;
  it(`${isRefused ? "refuses" : "accepts"} execution version 0`, async () => {
    const answer = await callByHand(app, { functionId: "no-steps", version: 0 });
    expect(answer.status).toBe(isRefused ? 500 : 200);
  });
});
