// R19: an imported logger is heard once per run, and `replaying` tells why.
import { describe, expect, it } from "vitest";
import { callOnce, remembered, type TestContext } from "../execution/test-call.ts";
import { isReplaying, wrapLogger } from "./wrap-logger.ts";

function recordingLogger(lines: unknown[], prefix = "") {
  return {
    level: "info",
    info(...args: unknown[]): void {
      lines.push(prefix + String(args[0]), this.level);
    },
    child: (name: string) => recordingLogger(lines, `${name}: `),
    isLevelEnabled: (level: string): boolean => level === "info",
  };
}

const spread = { transformInput: async ({ ctx }: { ctx: object }) => ({ ctx: { ...ctx } }) };

describe("[seeds R19] wrapLogger", () => {
  it("is silent until new work begins, children too", async () => {
    const lines: unknown[] = [];
    const logger = wrapLogger(recordingLogger(lines));
    const states: unknown[] = [];
    const handler = async (context: TestContext): Promise<void> => {
      logger.info("before");
      states.push([context.replaying, isReplaying()]);
      await context.step.run("first", () => logger.info("in first"));
      logger.child("child").info("between");
      states.push([context.replaying, isReplaying()]);
      await context.step.run("second", () => {
        states.push([context.replaying, isReplaying()]);
        logger.info("in second");
      });
    };
    await callOnce({ handler, hooks: spread }, remembered({ first: { data: null } }));
    expect(lines).toEqual(["child: between", "info", "in second", "info"]);
    expect(states).toEqual([
      [true, true],
      [false, false],
      [false, false],
    ]);
  });

  it("is the logger itself outside of functions, and for everything but lines", () => {
    const lines: unknown[] = [];
    const logger = wrapLogger(recordingLogger(lines));
    logger.info("outside");
    expect(lines).toEqual(["outside", "info"]);
    expect([logger.level, logger.isLevelEnabled("info"), isReplaying()]).toEqual([
      "info",
      true,
      false,
    ]);
  });
});
