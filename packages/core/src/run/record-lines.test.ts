// Log lines: recorded once, with what brought them, and bounded in number.
import { hashStepId, LIMITS, type LogLine } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import type { RunLogLine } from "../model/run.ts";
import { anOp, doneResult, errorResult, opsResult } from "../testing/builders.ts";
import { startRun, type TestRun } from "../testing/test-run.ts";
import { decideCallResult } from "./decide-call-result.ts";
import { decideCancel } from "./decide-cancel.ts";
import { decideCheckpoint } from "./decide-checkpoint.ts";

function aLine(run: TestRun, message: string, fields: Partial<LogLine> = {}): LogLine {
  return { atMs: run.ctx.nowMs, level: "info", message, ...fields };
}

function linesOf(run: TestRun): readonly RunLogLine[] {
  return run.changes.flatMap((change) => (change.type === "log_line_added" ? [change.line] : []));
}

function messages(run: TestRun): string[] {
  return linesOf(run).map(({ message }) => message);
}

describe("recordLines", () => {
  it("[G1] records lines of ops and of the answer in order, with their call", () => {
    const run = startRun();
    const stepId = hashStepId("a");
    const ofStep = aLine(run, "inside", { stepId, level: "warn", fieldsJson: '{"n":1}' });
    run.end({
      ...opsResult([anOp("StepRun", "a", { logs: [ofStep] }), anOp("StepPlanned", "b")]),
      logs: [aLine(run, "after")],
    });
    const origin = { runId: run.head.id, generation: 1, attempt: 0 };
    expect(linesOf(run)).toEqual([
      { ...ofStep, ...origin, position: 0 },
      { ...aLine(run, "after"), ...origin, position: 1 },
    ]);
    expect(run.head.logCount).toBe(2);
  });

  it.each([
    ["done", doneResult("1")],
    ["a failure that ends the run", errorResult({ retriable: false })],
    ["a failure that is tried again", errorResult()],
  ])("[G1] records the lines of %s", (_name, result) => {
    const run = startRun();
    run.end({ ...result, logs: [aLine(run, "said")] });
    expect(messages(run)).toEqual(["said"]);
    if (run.calls().length === 0) return;
    run.end({ ...result, logs: [aLine(run, "again")] });
    expect(linesOf(run).map(({ attempt }) => attempt)).toEqual([0, 1]);
  });

  it("[G1] records nothing of an answer that comes too late", () => {
    const run = startRun();
    const timer = run.call();
    run.decide((draft) => decideCancel(draft, "asked to"));
    run.end({ ...doneResult("1"), logs: [aLine(run, "late")] }, timer);
    expect(messages(run)).toEqual([]);
  });

  it("[G2] records the lines of a step once, whether checkpoints or answers repeat it", () => {
    const run = startRun();
    const op = anOp("StepRun", "a", { logs: [aLine(run, "a")] });
    const timerId = run.call().id;
    const checkpoint = { ops: [op], timerId, generation: 7, currentGeneration: 7 };
    for (let n = 0; n < 2; n += 1) {
      run.decide((draft) => decideCheckpoint(draft, { ...checkpoint, startedAtMs: run.ctx.nowMs }));
    }
    run.answer([op, anOp("StepRun", "b", { logs: [aLine(run, "b")] })]);
    expect(linesOf(run)).toMatchObject([
      { message: "a", generation: 7, position: 0 },
      { message: "b", generation: 1, position: 1 },
    ]);
  });

  it("[G3] keeps the first lines of a run and counts the others", () => {
    const run = startRun();
    const many = Array.from({ length: LIMITS.logLinesPerRunMax - 1 }, () => aLine(run, "many"));
    run.end({ ...errorResult(), logs: many });
    run.end({ ...errorResult(), logs: [aLine(run, "last"), aLine(run, "too many")] });
    run.end({ ...errorResult(), logs: [aLine(run, "too many")] });
    expect(linesOf(run)).toHaveLength(LIMITS.logLinesPerRunMax);
    expect(linesOf(run).at(-1)).toMatchObject({ message: "last", position: 9_999 });
    expect(run.head.logCount).toBe(LIMITS.logLinesPerRunMax + 2);
  });

  it("[G4] dates a line within its call", () => {
    const run = startRun();
    const startedAtMs = run.ctx.nowMs;
    run.ctx.nowMs += 50;
    const dates = [startedAtMs - 9, startedAtMs + 20, startedAtMs + 90];
    const logs = dates.map((atMs) => aLine(run, "said", { atMs }));
    run.decide((draft) =>
      decideCallResult(draft, {
        timerId: run.call().id,
        generation: 1,
        startedAtMs,
        result: { ...doneResult("1"), logs },
      }),
    );
    expect(linesOf(run).map(({ atMs }) => atMs - startedAtMs)).toEqual([0, 20, 50]);
  });

  it("leaves the count of a run without lines absent", () => {
    const run = startRun();
    run.end(doneResult("1"));
    expect(run.head).not.toHaveProperty("logCount");
  });
});
