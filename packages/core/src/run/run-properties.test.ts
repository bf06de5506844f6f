// What holds for every sequence of commands, however unlikely. That the fold of the changes gives the state which the
// decisions left is checked after each command by the run under test itself.
import { EverstepError } from "@everstep/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Change } from "../model/change.ts";
import type { RunState } from "../model/run.ts";
import {
  anEvent,
  aFunction,
  anOp,
  doneResult,
  errorResult,
  opsResult,
  racing,
} from "../testing/builders.ts";
import { startRun, type TestRun } from "../testing/test-run.ts";
import { decideCallResult } from "./decide-call-result.ts";
import { decideCancel } from "./decide-cancel.ts";
import { decideCheckpoint } from "./decide-checkpoint.ts";
import { decideStarted, decideTimer } from "./decide-timer.ts";
import { decideEventArrival, decideInvokeSettled, decideSignal } from "./decide-wait.ts";
import type { Op } from "@everstep/protocol";
import { isEnded, type Draft } from "./draft.ts";
import { decideRequestResult } from "./ops/gateway.ts";

type Command =
  | { type: "ops"; pick: number; ops: readonly Op[]; version: number; noRetry: boolean | undefined }
  | {
      type: "done" | "error" | "final_error" | "timer" | "request" | "request_failed";
      pick: number;
    }
  | { type: "wait" | "checkpoint"; pick: number; ops: readonly Op[] }
  | { type: "started" | "cancel" | "advance" };

const OP_NAMES = [
  "None",
  "Step",
  "StepRun",
  "StepError",
  "StepFailed",
  "StepPlanned",
  "Sleep",
  "WaitForEvent",
  "WaitForSignal",
  "InvokeFunction",
  "Gateway",
  "AIGateway",
  "DiscoveryRequest",
] as const;

const op: fc.Arbitrary<Op> = fc
  .record({
    name: fc.constantFrom(...OP_NAMES),
    step: fc.constantFrom("a", "b", "c", "d", "e"),
    isRacing: fc.boolean(),
    isKnown: fc.boolean(),
  })
  .map(({ name, step, isRacing, isKnown }) => {
    const built = anOp(name, step, {
      name: name === "Sleep" ? "1m" : "shop/reply",
      dataJson: "1",
      opts: { timeout: "1h", signal: "s", function_id: isKnown ? "shop-order" : "gone" },
    });
    return isRacing ? racing(built) : built;
  });
const ops = fc.array(op, { maxLength: 4 });
const pick = fc.nat(9);

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("ops" as const),
      pick,
      ops,
      version: fc.constantFrom(0, 1, 2),
      noRetry: fc.constantFrom(undefined, undefined, true, false),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom("timer", "timer", "request", "request_failed", "error"),
      pick,
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom("wait", "checkpoint"), pick, ops }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom("done", "final_error"), pick }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom("started", "advance") }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("cancel") }) },
);

/** Any item, wrapped round; ids of nothing when there is none. */
function at<T extends { readonly id: string | number }>(
  items: readonly T[],
  index: number,
): T["id"] {
  return items[index % Math.max(items.length, 1)]?.id ?? -1;
}

const REPLY = anEvent({ internalId: "01KJEVENT00000000000000009", name: "shop/reply" });

function obey(run: TestRun, draft: Draft, given: Command): void {
  const call = { generation: 1, startedAtMs: run.ctx.nowMs };
  switch (given.type) {
    case "ops": {
      const result = opsResult(given.ops, {
        requestVersion: given.version,
        noRetry: given.noRetry,
      });
      decideCallResult(draft, { ...call, timerId: at(run.calls(), given.pick), result });
      return;
    }
    case "done":
    case "error":
    case "final_error": {
      const result =
        given.type === "done"
          ? doneResult("1")
          : errorResult({ retriable: given.type === "error" });
      decideCallResult(draft, { ...call, timerId: at(run.calls(), given.pick), result });
      return;
    }
    case "timer":
      decideTimer(draft, at(run.timers(), given.pick));
      return;
    case "request":
    case "request_failed":
      decideRequestResult(draft, {
        ...call,
        timerId: at(run.timers("request"), given.pick),
        result:
          given.type === "request"
            ? { ok: true, status: 200, dataJson: "1" }
            : { ok: false, retriable: true, error: { name: "E", message: "m" } },
      });
      return;
    case "wait": {
      const waitId = at(run.waits(), given.pick);
      const kind = run.state.waits.get(waitId)?.kind;
      if (kind === "signal") decideSignal(draft, waitId, "1");
      else if (kind === "invoke") decideInvokeSettled(draft, waitId, { outputJson: '{"data":1}' });
      else decideEventArrival(draft, waitId, REPLY);
      return;
    }
    case "checkpoint":
      decideCheckpoint(draft, {
        ops: given.ops,
        timerId: at(run.calls(), given.pick),
        startedAtMs: run.ctx.nowMs,
      });
      return;
    case "started":
      decideStarted(draft, run.ctx.nowMs);
      return;
    case "cancel":
      decideCancel(draft, "enough");
      return;
    case "advance":
      run.ctx.nowMs += 61_000;
  }
}

/** Makes the commands one after another; `look` sees the state and what each command changed. */
function live(
  commands: readonly Command[],
  look: (run: TestRun, made: readonly Change[], wasEnded: boolean) => void,
): TestRun {
  const run = startRun({
    config: {
      timeouts: { startMs: 60_000, finishMs: 600_000 },
      cancel: [{ event: "shop/gone" }, { event: "shop/lost", timeout: "1h" }],
      maxAttempts: 2,
    },
    correlationId: "01KJPARENT.step",
  });
  run.ctx.functions.push(aFunction());
  run.ctx.stepsPerRunMax = 4;
  for (const given of commands) {
    const wasEnded = isEnded(run.state);
    const before = run.changes.length;
    try {
      run.decide((draft) => obey(run, draft, given));
    } catch (error) {
      if (!(error instanceof EverstepError)) throw error;
    }
    look(run, run.changes.slice(before), wasEnded);
  }
  return run;
}

function canGoOn({ timers, waits }: RunState): boolean {
  const isWork = [...timers.values()].some(
    ({ kind }) => !kind.endsWith("_timeout") || kind === "wait_timeout",
  );
  return isWork || [...waits.values()].some((wait) => wait.op !== undefined);
}

const sequences = fc.array(command, { maxLength: 40 });

describe("every sequence of commands", () => {
  it("[R3] leaves an ended run as it ended", () => {
    fc.assert(
      fc.property(sequences, (commands) => {
        live(commands, (_run, made, wasEnded) => {
          if (wasEnded) expect(made).toEqual([]);
        });
      }),
    );
  });

  it("[R4] leaves no timer and no wait of an ended run", () => {
    fc.assert(
      fc.property(sequences, (commands) => {
        live(commands, ({ state }) => {
          if (!isEnded(state)) return;
          expect([state.timers.size, state.waits.size]).toEqual([0, 0]);
          expect(state.head.endedAtMs).toBeDefined();
        });
      }),
    );
  });

  it("[R9] records each step once, and the stack agrees with the results", () => {
    fc.assert(
      fc.property(sequences, (commands) => {
        const seen = new Map<string, string>();
        live(commands, ({ state }) => {
          expect(new Set(state.stack).size).toBe(state.stack.length);
          expect(state.stack).toEqual([...state.outputs.keys()]);
          expect(state.head.stepCount).toBe(state.stack.length);
          for (const [stepId, output] of seen) expect(state.outputs.get(stepId)).toBe(output);
          for (const [stepId, output] of state.outputs) seen.set(stepId, output);
        });
      }),
    );
  });

  it("[A8] leaves a run that is alive with something that brings it on", () => {
    fc.assert(
      fc.property(sequences, (commands) => {
        live(commands, ({ state }) => {
          if (!isEnded(state)) expect(canGoOn(state)).toBe(true);
        });
      }),
    );
  });

  it("[O9] opens at most one piece of work for a step", () => {
    fc.assert(
      fc.property(sequences, (commands) => {
        live(commands, ({ state }) => {
          const timed = [...state.timers.values()].flatMap((timer) => timer.op?.stepId ?? []);
          const waited = [...state.waits.values()].flatMap((wait) => wait.op?.stepId ?? []);
          expect(new Set(timed).size).toBe(timed.length);
          expect(new Set(waited).size).toBe(waited.length);
          for (const stepId of [...timed, ...waited]) expect(state.outputs.has(stepId)).toBe(false);
        });
      }),
    );
  });

  it("[L1, I3] sends its end once", () => {
    fc.assert(
      fc.property(sequences, (commands) => {
        const run = live(commands, () => undefined);
        const settled = run.followUps.filter(({ type }) => type === "settle_invoke");
        expect(settled).toHaveLength(isEnded(run.state) ? 1 : 0);
      }),
    );
  });
});
