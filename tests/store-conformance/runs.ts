// Conformance: commits are whole or not at all, and a loaded run holds all that a decision reads.
import type { Change } from "@everstep/core";
import { describe, expect, it } from "vitest";
import { withStore, type OpenStore } from "./open-store.ts";
import {
  aLine,
  anAttempt,
  anEvent,
  aRun,
  aStep,
  aTimer,
  aWait,
  AT_MS,
  ulidLike,
} from "./records.ts";

const BIG = JSON.stringify("é€😀".repeat(40_000));

export function describeRuns(openStore: OpenStore): void {
  describe("commit", () => {
    itRefusesContradictions(openStore);
    itKeepsOrder(openStore);
    itTakesOddBatches(openStore);
  });
  describe("loadRuns", () => {
    itLoadsWhatADecisionReads(openStore);
    itLoadsManyAndEndedRuns(openStore);
    itKeepsTexts(openStore);
  });
}

function itRefusesContradictions(openStore: OpenStore): void {
  it("applies nothing of a batch that contradicts what is stored, and stays usable", async () => {
    await withStore(openStore, async ({ store, history }) => {
      await store.commit([{ type: "run_added", run: aRun() }]);
      const contradiction: Change[] = [
        { type: "event_added", event: anEvent() },
        { type: "run_patched", runId: aRun().id, patch: { status: "running" } },
        { type: "run_added", run: aRun() },
      ];
      await expect(store.commit(contradiction)).rejects.toMatchObject({ code: "internal" });
      expect((await history.findRun(aRun().id))?.status).toBe("queued");
      expect(await store.findEventIds([anEvent().internalId])).toEqual(new Set());
      await store.commit([{ type: "event_added", event: anEvent() }]);
      expect(await store.findEventIds([anEvent().internalId])).toHaveLength(1);
    });
  });

  it("refuses a second step at a position: a recorded step never changes", async () => {
    await withStore(openStore, async ({ store, history }) => {
      await store.commit([
        { type: "run_added", run: aRun() },
        { type: "step_added", step: aStep() },
      ]);
      const again = store.commit([{ type: "step_added", step: aStep({ outputJson: "2" }) }]);
      await expect(again).rejects.toMatchObject({ code: "internal" });
      expect(await history.findStep(aRun().id, aStep().stepId)).toEqual(aStep());
    });
  });
}

function itKeepsOrder(openStore: OpenStore): void {
  it("takes commits that overlap in the order of their calls", async () => {
    await withStore(openStore, async ({ store, history }) => {
      const patch = (stepCount: number): Promise<void> =>
        store.commit([{ type: "run_patched", runId: aRun().id, patch: { stepCount } }]);
      await Promise.all([
        store.commit([{ type: "run_added", run: aRun() }]),
        patch(1),
        patch(2),
        patch(3),
      ]);
      expect((await history.findRun(aRun().id))?.stepCount).toBe(3);
    });
  });

  it("is seen by reads as soon as it resolves", async () => {
    await withStore(openStore, async ({ store, history }) => {
      await store.commit([{ type: "run_added", run: aRun() }]);
      for (let stepCount = 1; stepCount <= 50; stepCount += 1) {
        await store.commit([{ type: "run_patched", runId: aRun().id, patch: { stepCount } }]);
        expect((await history.findRun(aRun().id))?.stepCount).toBe(stepCount);
      }
    });
  });
}

function itTakesOddBatches(openStore: OpenStore): void {
  it("changes nothing for a patch of a run that is not there", async () => {
    await withStore(openStore, async ({ store, history }) => {
      const patch = { status: "failed", endReason: "gone", outputJson: "1" } as const;
      await store.commit([{ type: "run_patched", runId: aRun().id, patch }]);
      expect(await history.findRun(aRun().id)).toBeUndefined();
      await store.commit([{ type: "run_added", run: aRun() }]);
      expect(await history.findRun(aRun().id)).toEqual(aRun());
    });
  });

  it.each<[string, Change]>([
    ["step", { type: "step_added", step: aStep({ runId: "missing" }) }],
    ["log line", { type: "log_line_added", line: aLine({ runId: "missing" }) }],
    ["attempt", { type: "attempt_added", attempt: anAttempt({ runId: "missing" }) }],
    ["timer", { type: "timer_added", timer: aTimer({ runId: "missing" }) }],
    ["wait", { type: "wait_added", wait: aWait({ runId: "missing" }) }],
  ])("refuses a %s of a run that is not there", async (_name, change) => {
    await withStore(openStore, async ({ store }) => {
      await expect(store.commit([change])).rejects.toMatchObject({ code: "internal" });
    });
  });

  it("takes an empty batch", async () => {
    await withStore(openStore, async ({ store }) => {
      await expect(store.commit([])).resolves.toBeUndefined();
    });
  });

  it("takes a batch of thousands of changes", async () => {
    await withStore(openStore, async ({ store, history }) => {
      const events = Array.from({ length: 5_003 }, (_, index) =>
        anEvent({ internalId: ulidLike("EV", index) }),
      );
      await store.commit(events.map((event) => ({ type: "event_added", event })));
      expect(await history.countEvents({})).toBe(5_003);
      expect(await store.findEventIds(events.map(({ internalId }) => internalId))).toHaveLength(
        5_003,
      );
    });
  });
}

function itLoadsWhatADecisionReads(openStore: OpenStore): void {
  it("gives head, outputs in order of completion, inputs, timers, waits and events", async () => {
    await withStore(openStore, async ({ store }) => {
      const events = [2, 1, 3].map((index) => anEvent({ internalId: ulidLike("EV", index) }));
      const run = aRun({
        eventIds: events.map(({ internalId }) => internalId),
        correlationId: "PARENT.op",
        cron: "* * * * *",
        originalRunId: "ORIGINAL",
        pendingStepIds: ["p1", "p2"],
      });
      const timer = aTimer({
        op: { stepId: "s", op: "StepPlanned", name: "n", optsJson: "{}", parallelMode: "race" },
      });
      const wait = aWait({
        expression: "async.data.total > 5",
        expiresAtMs: AT_MS + 9,
        timeoutTimerId: 7,
        op: { stepId: "w", op: "WaitForEvent", name: "w" },
        invoked: { functionId: "f", eventId: "e", runId: "r" },
      });
      await store.commit([
        ...events.map((event): Change => ({ type: "event_added", event })),
        { type: "run_added", run },
        { type: "step_added", step: aStep({ position: 1, stepId: "one", outputJson: "1" }) },
        { type: "step_added", step: aStep({ position: 0, stepId: "zero", outputJson: "0" }) },
        { type: "step_input_set", runId: run.id, stepId: "two", inputJson: `{"input":[1]}` },
        { type: "step_input_set", runId: run.id, stepId: "two", inputJson: `{"input":[2]}` },
        { type: "timer_added", timer },
        { type: "wait_added", wait },
      ]);
      const [loaded, ...rest] = await store.loadRuns([run.id, "missing"]);
      expect(rest).toEqual([]);
      expect(loaded?.events).toEqual(events);
      expect(loaded?.state).toEqual({
        head: run,
        stack: ["zero", "one"],
        outputs: new Map([
          ["zero", "0"],
          ["one", "1"],
        ]),
        inputs: new Map([["two", `{"input":[2]}`]]),
        timers: new Map([[timer.id, timer]]),
        waits: new Map([[wait.id, wait]]),
      });
    });
  });
}

function itLoadsManyAndEndedRuns(openStore: OpenStore): void {
  it("loads many runs at once, each with its own rows only", async () => {
    await withStore(openStore, async ({ store }) => {
      const runs = Array.from({ length: 40 }, (_, index) => aRun({ id: ulidLike("RUN", index) }));
      await store.commit([
        { type: "event_added", event: anEvent() },
        ...runs.flatMap((run, index): Change[] => [
          { type: "run_added", run },
          { type: "step_added", step: aStep({ runId: run.id, outputJson: `${index}` }) },
          { type: "timer_added", timer: aTimer({ id: 100 + index, runId: run.id }) },
          { type: "wait_added", wait: aWait({ runId: run.id }) },
        ]),
      ]);
      const loaded = await store.loadRuns(runs.map(({ id }) => id));
      expect(loaded).toHaveLength(40);
      for (const { state, events } of loaded) {
        const index = runs.findIndex(({ id }) => id === state.head.id);
        expect([...state.outputs.values()]).toEqual([`${index}`]);
        expect([...state.timers.keys()]).toEqual([100 + index]);
        expect([...state.waits.values()]).toEqual([aWait({ runId: state.head.id })]);
        expect(events).toEqual([anEvent()]);
      }
      expect(await store.loadRuns([])).toEqual([]);
    });
  });

  it.each(["completed", "failed", "cancelled"] as const)(
    "gives a %s run with its result and without timers and waits",
    async (status) => {
      await withStore(openStore, async ({ store }) => {
        await store.commit([
          { type: "run_added", run: aRun() },
          { type: "timer_added", timer: aTimer() },
          { type: "wait_added", wait: aWait() },
        ]);
        const error = { name: "Error", message: "no", stack: "at x", data: { a: [1] } };
        const endedAtMs = AT_MS + 50;
        await store.commit([
          { type: "run_patched", runId: aRun().id, patch: { status, endedAtMs } },
          { type: "run_patched", runId: aRun().id, patch: { outputJson: "{}", error } },
        ]);
        await store.commit([
          { type: "run_patched", runId: aRun().id, patch: { endReason: "asked to" } },
        ]);
        const [loaded] = await store.loadRuns([aRun().id]);
        expect(loaded?.state.head).toEqual(
          aRun({ status, endedAtMs, outputJson: "{}", error, endReason: "asked to" }),
        );
        expect(loaded?.state.timers.size).toBe(0);
        expect(loaded?.state.waits.size).toBe(0);
      });
    },
  );
}

function itKeepsTexts(openStore: OpenStore): void {
  it("gives big payloads back unchanged, also when many rows share one text", async () => {
    await withStore(openStore, async ({ store, history }) => {
      const event = anEvent({ dataJson: BIG, userJson: `{"a":1}`, v: "2", metaJson: "{}" });
      const second = anEvent({ internalId: ulidLike("EV", 2), dataJson: BIG });
      const step = aStep({ outputJson: BIG, opts: BIG });
      const error = { name: "E", message: BIG };
      await store.commit([
        { type: "event_added", event },
        { type: "event_added", event: second },
        { type: "run_added", run: aRun() },
        { type: "step_added", step },
        { type: "attempt_added", attempt: anAttempt({ status: "failed", error }) },
      ]);
      await store.commit([{ type: "run_patched", runId: aRun().id, patch: { outputJson: BIG } }]);
      const [loaded] = await store.loadRuns([aRun().id]);
      expect(loaded?.events).toEqual([event]);
      expect(loaded?.state.outputs.get(step.stepId)).toBe(BIG);
      expect(loaded?.state.head.outputJson).toBe(BIG);
      expect(await history.findEvents([second.internalId])).toEqual([second]);
      const { steps, attempts } = await history.readRunDetail(aRun().id);
      expect(steps).toEqual([step]);
      expect(attempts[0]?.error).toEqual(error);
    });
  });

  it("keeps any text as it was given", async () => {
    await withStore(openStore, async ({ store }) => {
      const odd = `"\\u0000 ' \\" ; -- \u2028 \ud83d\ude00"`;
      const event = anEvent({ name: "a'b\"c", id: "x;y", dataJson: odd });
      await store.commit([
        { type: "event_added", event },
        { type: "run_added", run: aRun({ eventName: "a'b\"c" }) },
        { type: "step_added", step: aStep({ outputJson: odd }) },
      ]);
      const [loaded] = await store.loadRuns([aRun().id]);
      expect(loaded?.events).toEqual([event]);
      expect([...(loaded?.state.outputs.values() ?? [])]).toEqual([odd]);
    });
  });
}
