// The call body: canonical byte for byte, and equal to the object of protocol.md 2.3.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  buildCallBody,
  parseQueueItemId,
  toQueueItemId,
  type CallBodyParts,
} from "./call-request.ts";
import { canonicalizeText, canonicalJson } from "./canonical-json.ts";

const ctx: CallBodyParts["ctx"] = {
  attempt: 1,
  disableImmediateExecution: true,
  env: "",
  fnId: "fn-uuid",
  generationId: 3,
  jobId: 'job "1"',
  maxAttempts: 5,
  qiId: toQueueItemId("job"),
  requestId: "01REQ",
  runId: "01RUN",
  stack: ["bb", "aa"],
  current: 2,
  stepId: "step",
  useApi: false,
};
const event = canonicalJson({ name: "a", data: { b: 1 }, user: {}, id: "1", ts: 1 });

describe("buildCallBody", () => {
  it("holds everything that SDKs require", () => {
    const steps = new Map([
      ["bb", '{"data":2}'],
      ["aa", "null"],
    ]);
    const body = buildCallBody({ ctx, eventsJson: [event, event], steps, version: -1 });
    expect(JSON.parse(body)).toEqual({
      ctx: {
        attempt: 1,
        disable_immediate_execution: true,
        env: "",
        fn_id: "fn-uuid",
        generation_id: 3,
        job_id: 'job "1"',
        max_attempts: 5,
        qi_id: ctx.qiId,
        request_id: "01REQ",
        run_id: "01RUN",
        stack: { current: 2, stack: ["bb", "aa"] },
        step_id: "step",
        use_api: false,
      },
      defers: {},
      event: JSON.parse(event) as unknown,
      events: [JSON.parse(event), JSON.parse(event)] as unknown[],
      steps: { aa: null, bb: { data: 2 } },
      use_api: false,
      version: -1,
    });
    expect(canonicalizeText(body)).toBe(body);
  });

  it("is canonical for any ids, results and flags, from a map or from sorted pairs", () => {
    const parts = fc.record({
      steps: fc.dictionary(fc.string({ unit: "binary" }), fc.json()),
      jobId: fc.string({ unit: "binary" }),
      useApi: fc.boolean(),
    });
    fc.assert(
      fc.property(parts, ({ steps, jobId, useApi }) => {
        const pairs = Object.entries(steps).map(
          ([id, json]) => [id, canonicalizeText(json)] as const,
        );
        const given = { ctx: { ...ctx, jobId, useApi }, eventsJson: [event], version: 2 };
        const body = buildCallBody({ ...given, steps: new Map(pairs) });
        expect(canonicalizeText(body)).toBe(body);
        const sorted = pairs.toSorted(([left], [right]) => (left < right ? -1 : 1));
        expect(buildCallBody({ ...given, steps: sorted })).toBe(body);
      }),
    );
  });

  it("leaves events out of an oversize body but keeps the first as event", () => {
    const body = buildCallBody({
      ctx: { ...ctx, useApi: true },
      eventsJson: [event],
      eventsOmitted: true,
      steps: [],
      version: 2,
    });
    expect(JSON.parse(body)).toMatchObject({
      event: { name: "a" },
      events: [],
      steps: {},
      use_api: true,
      ctx: { use_api: true },
    });
  });

  it("refuses a run without events", () => {
    expect(() => buildCallBody({ ctx, eventsJson: [], steps: [], version: 1 })).toThrow(TypeError);
  });
});

describe("queue item ids", () => {
  it("carry the job id through base64, also one with colons", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (jobId) => {
        expect(parseQueueItemId(toQueueItemId(jobId))).toBe(jobId);
      }),
    );
    expect(Buffer.from(toQueueItemId("a"), "base64").toString()).toMatch(/^a::/);
  });

  it("hold no job when empty or foreign", () => {
    for (const qiId of ["", "AAAA", Buffer.from("::0").toString("base64")]) {
      expect(parseQueueItemId(qiId)).toBeUndefined();
    }
  });
});
