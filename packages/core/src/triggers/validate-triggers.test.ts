// Registration's check of every expression and schedule of a function.
import type { FunctionConfig } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { validateTriggers } from "./validate-triggers.ts";

const fine: FunctionConfig = {
  slug: "shop-pay",
  name: "Pay",
  url: "http://localhost:3000/api/inngest?fnId=shop-pay&stepId=step",
  maxAttempts: 5,
  triggers: [
    { kind: "event", event: "shop/order.created", expression: "event.data.total > 10" },
    { kind: "event", event: "shop/order.paid" },
    { kind: "cron", cron: "TZ=Europe/Berlin 0 9 * * 1-5" },
  ],
  concurrency: [
    { limit: 1, level: "step", scope: "fn" },
    { limit: 1, key: "event.data.userId", level: "step", scope: "account" },
  ],
  cancel: [
    { event: "shop/order.cancelled", expression: "event.data.id == async.data.id" },
    { event: "stop" },
  ],
  throttle: { limit: 1, periodMs: 1_000, burst: 0, key: "event.data.userId" },
  rateLimit: { limit: 1, periodMs: 1_000, key: "'all'" },
  debounce: { periodMs: 1_000, key: "event.data.a + event.data.b" },
  batch: { maxSize: 2, timeoutMs: 1_000, key: "event.data.region", if: "event.data.ok == true" },
  priority: { run: 'event.data.plan == "pro" ? 120 : 0' },
  idempotency: "event.data.id",
  singleton: { mode: "skip", key: "event.data.id" },
};

describe("[T5] registration", () => {
  it("accepts a function in which everything is right, or nothing is set", () => {
    expect(validateTriggers(fine)).toEqual([]);
    const { slug, name, url, maxAttempts } = fine;
    expect(
      validateTriggers({ slug, name, url, maxAttempts, triggers: [], concurrency: [], cancel: [] }),
    ).toEqual([]);
  });

  it("reports every mistake with its function, field, expression and a way out", () => {
    const bad = "event.data.x =";
    const problems = validateTriggers({
      ...fine,
      triggers: [
        { kind: "event", event: "a", expression: bad },
        { kind: "cron", cron: "@daily" },
      ],
      concurrency: [fine.concurrency[0] as never, { limit: 1, key: bad, level: "fn", scope: "fn" }],
      cancel: [{ event: "a", expression: "has(event.data.x)" }],
      throttle: { limit: 1, periodMs: 1_000, burst: 0, key: bad },
      rateLimit: { limit: 1, periodMs: 1_000, key: bad },
      debounce: { periodMs: 1_000, key: bad },
      batch: { maxSize: 2, timeoutMs: 1_000, key: bad, if: bad },
      priority: { run: bad },
      idempotency: bad,
      singleton: { mode: "cancel", key: bad },
    });
    expect(problems.map((problem) => problem.field)).toEqual([
      "triggers[0].expression",
      "triggers[1].cron",
      "cancel[0].if",
      "concurrency[1].key",
      "throttle.key",
      "rateLimit.key",
      "debounce.key",
      "batchEvents.key",
      "batchEvents.if",
      "priority.run",
      "idempotency",
      "singleton.key",
    ]);
    for (const { field, message } of problems) {
      expect(message).toContain(`Function "shop-pay", field "${field}": `);
      expect(message).toMatch(/"event\.data\.x ="|'@daily'|"has\(event\.data\.x\)"/);
      expect(message).toMatch(/Compare with ==|Use five fields|Use comparisons/);
    }
  });

  it("does not accept an empty expression as absent", () => {
    const problems = validateTriggers({
      ...fine,
      triggers: [{ kind: "event", event: "a", expression: "" }],
    });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain("An expression is empty");
  });
});
