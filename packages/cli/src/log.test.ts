// Log lines: JSON for programs, one readable line for people, never a control character.
import { describe, expect, it } from "vitest";
import { createLog, type LogLevel } from "./log.ts";

function logger(json: boolean, level: LogLevel = "info") {
  let text = "";
  const output = { write: (more: string) => void (text += more), isTerminal: !json };
  const log = createLog({ output, level, json, nowMs: () => Date.UTC(2026, 0, 2, 3, 4, 5) });
  return { log, text: () => text };
}

describe("log", () => {
  it("JSON lines carry level, time, message and fields", () => {
    const { log, text } = logger(true);
    log({ level: "warn", message: "slow\nline", fields: { runId: "r", none: undefined } });
    expect(text().endsWith("\n")).toBe(true);
    expect(JSON.parse(text())).toEqual({
      level: "warn",
      time: "2026-01-02T03:04:05.000Z",
      msg: "slow\nline",
      runId: "r",
    });
  });

  it.each([true, false])("entries below the level are dropped (json %s)", (json) => {
    const { log, text } = logger(json, "warn");
    log({ level: "info", message: "no", fields: {} });
    log({ level: "error", message: "yes", fields: {} });
    expect(text()).toContain("yes");
    expect(text()).not.toContain("no\n");
  });

  it("people get time, message, fields and an indented stack", () => {
    const { log, text } = logger(false);
    log({
      level: "error",
      message: "broke\u001b[31m",
      fields: { runId: "r", stack: "Error: x\n at y" },
    });
    expect(text()).toMatch(
      /^\d\d:\d\d:\d\d {2}ERROR broke\\u001b\[31m {2}runId=r\n {4}Error: x\n {4}at y\n$/u,
    );
  });
});
