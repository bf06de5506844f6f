// Conformance: for random batches, the rows read back equal a plain fold of the changes. The fold below is the oracle: it
// knows nothing of merging, grouping or SQL.
import { TIMER_KINDS, type Change, type RunHead, type RunPatch, type Store } from "@everstep/core";
import type { JsonText } from "@everstep/protocol";
import type { StepRecord, Timer, Wait } from "@everstep/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withStore, type OpenStore } from "./open-store.ts";
import { aCronTimer, anEvent, aRun, aStep, aTimer, aWait, AT_MS, ulidLike } from "./records.ts";

const EVENT_NAMES = ["e/one", "e/two"];
const MATCH_KEYS = ["", "k=1", "k=2"];
const FUNCTION_IDS = ["f1", "f2"];

interface World {
  readonly runs: Map<string, RunHead>;
  readonly steps: Map<string, StepRecord[]>;
  readonly inputs: Map<string, Map<string, JsonText>>;
  readonly timers: Map<number, Timer>;
  readonly waits: Map<string, Wait>;
}

function applyChange(world: World, change: Change): void {
  switch (change.type) {
    case "run_added":
      world.runs.set(change.run.id, change.run);
      break;
    case "run_patched": {
      const head = world.runs.get(change.runId);
      if (head !== undefined) world.runs.set(change.runId, { ...head, ...change.patch });
      break;
    }
    case "step_added":
      world.steps.set(change.step.runId, [
        ...(world.steps.get(change.step.runId) ?? []),
        change.step,
      ]);
      break;
    case "step_input_set": {
      const inputs = world.inputs.get(change.runId) ?? new Map<string, JsonText>();
      world.inputs.set(change.runId, inputs.set(change.stepId, change.inputJson));
      break;
    }
    case "timer_added":
      world.timers.set(change.timer.id, change.timer);
      break;
    case "timer_removed":
      world.timers.delete(change.timerId);
      break;
    case "timer_attempt_reset": {
      const timer = world.timers.get(change.timerId);
      if (timer !== undefined) world.timers.set(timer.id, { ...timer, attempt: 0 });
      break;
    }
    case "timer_started": {
      const timer = world.timers.get(change.timerId);
      if (timer === undefined) break;
      const { isStart: _started, ...later } = timer;
      world.timers.set(timer.id, later);
      break;
    }
    case "timer_called": {
      const timer = world.timers.get(change.timerId);
      if (timer !== undefined) world.timers.set(timer.id, { ...timer, calledAtMs: change.atMs });
      break;
    }
    case "wait_added":
      world.waits.set(change.wait.id, change.wait);
      break;
    case "wait_removed":
      world.waits.delete(change.waitId);
      break;
    default:
      throw new Error(`the fold does not know ${change.type}`);
  }
}

/** A random number per choice: what it picks depends on the world, so that each batch is one the engine could make. */
type Dice = readonly [action: number, run: number, a: number, b: number];

const diceArbitrary: fc.Arbitrary<Dice> = fc.tuple(
  fc.nat({ max: 11 }),
  fc.nat({ max: 3 }),
  fc.nat({ max: 999 }),
  fc.nat({ max: 999 }),
);

function toChange(world: World, [action, runIndex, a, b]: Dice, serial: number): Change {
  const run = world.runs.get(ulidLike("RUN", runIndex));
  if (run === undefined) {
    const added = aRun({ id: ulidLike("RUN", runIndex), createdAtMs: AT_MS + a });
    return { type: "run_added", run: added };
  }
  const runId = run.id;
  const timerIds = [...world.timers.keys()];
  const someTimerId = timerIds[a % Math.max(timerIds.length, 1)] ?? 9_999;
  const timer = {
    id: 1_000 + serial,
    runId,
    dueAtMs: AT_MS + (b % 7),
    orderKey: a % 5,
    attempt: b % 3,
    functionId: FUNCTION_IDS[a % 2] ?? "",
    ...(b % 4 === 0 ? { isStart: true as const } : {}),
  };
  switch (action) {
    case 0:
    case 1:
      return { type: "run_patched", runId, patch: toPatch(run, a, b) };
    case 2:
    case 3: {
      const position = world.steps.get(runId)?.length ?? 0;
      const outputJson = b % 10 === 0 ? JSON.stringify("x".repeat(40_000 + a)) : `${a}`;
      const stepId = `s${position}`;
      return { type: "step_added", step: aStep({ runId, position, stepId, outputJson }) };
    }
    case 4:
      return { type: "step_input_set", runId, stepId: `s${a % 3}`, inputJson: `${b}` };
    case 5:
    case 6:
      return { type: "timer_added", timer: aTimer({ ...timer, kind: toKind(b) }) };
    case 7: {
      const { runId: _none, ...cron } = timer;
      return { type: "timer_added", timer: aCronTimer(cron) };
    }
    case 8:
      return { type: "timer_removed", timerId: someTimerId };
    case 9:
      if (b % 3 === 0) return { type: "timer_attempt_reset", timerId: someTimerId, runId };
      return b % 3 === 1
        ? { type: "timer_started", timerId: someTimerId, runId }
        : { type: "timer_called", timerId: someTimerId, runId, atMs: AT_MS + a };
    case 10:
      return { type: "wait_removed", waitId: `${runId}.w${a % 3}`, runId };
    default:
      return { type: "wait_added", wait: toWait(runId, a, b) };
  }
}

function toKind(b: number): Timer["kind"] {
  const kinds = TIMER_KINDS.filter((kind) => !["cron", "debounce", "batch"].includes(kind));
  return kinds[b % kinds.length] ?? "call";
}

function toWait(runId: string, a: number, b: number): Wait {
  return aWait({
    id: `${runId}.w${a % 3}`,
    runId,
    eventName: EVENT_NAMES[b % 2] ?? "",
    matchKey: MATCH_KEYS[b % 3] ?? "",
    createdAtMs: AT_MS + (a % 4),
  });
}

function toPatch(run: RunHead, a: number, b: number): RunPatch {
  if (run.status === "completed") return { stepCount: a };
  const patches: RunPatch[] = [
    { status: "running", startedAtMs: AT_MS + a },
    { stepCount: a, stateBytes: b },
    { pendingStepIds: Array.from({ length: a % 4 }, (_, index) => `p${index}`) },
    { requestVersion: a % 3, stepCount: b },
    { status: "completed", endedAtMs: AT_MS + b, outputJson: `${a}` },
    { endReason: "asked to", error: { name: "E", message: `${b}` } },
  ];
  return patches[b % patches.length] ?? {};
}

async function expectEqualToFold(store: Store, world: World): Promise<void> {
  const loaded = await store.loadRuns([...world.runs.keys()]);
  const states = new Map(loaded.map(({ state }) => [state.head.id, state]));
  const of = <Row extends { readonly runId?: string }>(rows: Iterable<Row>, run: RunHead): Row[] =>
    run.status === "completed" ? [] : [...rows].filter(({ runId }) => runId === run.id);
  for (const run of world.runs.values()) {
    const steps = world.steps.get(run.id) ?? [];
    expect(states.get(run.id)).toEqual({
      head: run,
      stack: steps.map(({ stepId }) => stepId),
      outputs: new Map(steps.map(({ stepId, outputJson }) => [stepId, outputJson])),
      inputs: world.inputs.get(run.id) ?? new Map(),
      timers: new Map(of(world.timers.values(), run).map((timer) => [timer.id, timer])),
      waits: new Map(of(world.waits.values(), run).map((wait) => [wait.id, wait])),
    });
  }
  const query = { kinds: TIMER_KINDS, dueAtMsMax: AT_MS + 4, limit: 1_000 };
  const due = [...world.timers.values()].filter(({ dueAtMs }) => dueAtMs <= AT_MS + 4);
  expect(await store.listTimers(query)).toEqual(
    due.toSorted((a, b) => a.dueAtMs - b.dueAtMs || a.id - b.id),
  );
  for (const functionId of FUNCTION_IDS) {
    expect(await store.listTimers({ ...query, functionId })).toEqual(
      due
        .filter((timer) => timer.functionId === functionId)
        .toSorted((a, b) => a.orderKey - b.orderKey || a.id - b.id),
    );
  }
  expect(await store.listCalled()).toEqual(
    [...world.timers.values()]
      .filter(({ calledAtMs }) => calledAtMs !== undefined)
      .toSorted((a, b) => a.id - b.id),
  );
  const queries = EVENT_NAMES.map((eventName) => ({ eventName, matchKeys: MATCH_KEYS }));
  const order = (a: Wait, b: Wait): number =>
    a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1);
  expect(await store.findWaits(queries)).toEqual([...world.waits.values()].toSorted(order));
}

export function describeFold(openStore: OpenStore, runCount: number): void {
  describe("fold", () => {
    it("equals the rows read back, for random batches", async () => {
      const batches = fc.array(fc.array(diceArbitrary, { maxLength: 25 }), { maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(batches, async (diceBatches) => {
          await withStore(openStore, async ({ store }) => {
            const world: World = {
              runs: new Map(),
              steps: new Map(),
              inputs: new Map(),
              timers: new Map(),
              waits: new Map(),
            };
            let serial = 0;
            await store.commit([{ type: "event_added", event: anEvent() }]);
            for (const diceBatch of diceBatches) {
              const changes = diceBatch.map((dice) => {
                serial += 1;
                const change = toChange(world, dice, serial);
                applyChange(world, change);
                return change;
              });
              await store.commit(changes);
            }
            await expectEqualToFold(store, world);
          });
        }),
        { numRuns: runCount },
      );
    });
  });
}
