// Random traffic over random rules, with clocks that are set, restarts and pauses: no limit is ever exceeded, every event has
// exactly one fate, every invoker is answered once, and nothing is left behind. Groups run as a brute-force model says.
import type { FunctionConfig } from "@everstep/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventOutcome } from "../model/flow.ts";
import type { RunHead } from "../model/run.ts";
import { INVOKED_EVENT } from "../run/lifecycle-events.ts";
import { AT_MS } from "../testing/builders.ts";
import { aFlowWorld, anArrival, type FlowWorld } from "../testing/flow-world.ts";

const PERIOD_MS = 1_000;
const KEY = "event.data.k";

type Step =
  | { readonly do: "event"; k: number; tsMs: number; id: number; isInvoked: boolean }
  | { readonly do: "wait"; ms: number }
  | { readonly do: "clock"; ms: number }
  | { readonly do: "end"; nth: number }
  | { readonly do: "rerun"; nth: number }
  | { readonly do: "pause" }
  | { readonly do: "restart" };

const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("event" as const),
      k: fc.nat(2),
      tsMs: fc.integer({ min: -50, max: 50 }),
      id: fc.nat(30),
      isInvoked: fc.boolean(),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(700) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("clock" as const),
      ms: fc.integer({ min: -5_000, max: 3_000 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("end" as const), nth: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rerun" as const), nth: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "pause" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "restart" }) },
);

const someRules: fc.Arbitrary<Partial<FunctionConfig>> = fc.oneof(
  fc
    .record({
      limit: fc.option(fc.integer({ min: 1, max: 4 })),
      idempotency: fc.boolean(),
      debounce: fc.option(fc.constantFrom(undefined, 600)),
      singleton: fc.constantFrom(undefined, "skip" as const, "cancel" as const),
    })
    .map(({ limit, idempotency, debounce, singleton }) => ({
      ...(limit === null ? {} : { rateLimit: { limit, periodMs: PERIOD_MS, key: KEY } }),
      ...(idempotency ? { idempotency: "[event.data.k, event.data.n % 3]" } : {}),
      ...(debounce === null
        ? {}
        : {
            debounce: {
              periodMs: 300,
              key: KEY,
              ...(debounce === undefined ? {} : { timeoutMs: debounce }),
            },
          }),
      ...(singleton === undefined ? {} : { singleton: { mode: singleton, key: KEY } }),
    })),
  fc.integer({ min: 2, max: 5 }).map((maxSize) => ({
    batch: { maxSize, timeoutMs: 400, key: KEY, if: "event.data.n % 5 != 0" },
  })),
);

/** Runs the steps. The elapsed time grows with every wait and every step forward, and never shrinks. */
function drive(
  world: FlowWorld,
  steps: readonly Step[],
): { readonly elapsedOf: Map<string, number>; readonly correlations: string[] } {
  const elapsedOf = new Map<string, number>();
  const correlations: string[] = [];
  let elapsedMs = 0;
  let n = 0;
  for (const step of steps) {
    switch (step.do) {
      case "event": {
        n += 1;
        const correlationId = step.isInvoked ? `parent.${n}` : undefined;
        const inngest =
          correlationId === undefined ? {} : { _inngest: { correlation_id: correlationId } };
        const event = anArrival(
          { k: step.k, n, ...inngest },
          {
            tsMs: world.ctx.nowMs + step.tsMs,
            ...(correlationId === undefined ? {} : { name: INVOKED_EVENT }),
            ...(step.id < 5 ? { id: `own-${step.id}` } : {}),
          },
        );
        elapsedOf.set(event.internalId, elapsedMs);
        if (correlationId !== undefined) correlations.push(correlationId);
        world.arrive(event, correlationId === undefined ? {} : { correlationId });
        break;
      }
      case "wait":
        elapsedMs += step.ms;
        world.advance(world.ctx.nowMs + step.ms);
        break;
      case "clock":
        elapsedMs += Math.max(step.ms, 0);
        world.setClock(world.ctx.nowMs + step.ms);
        break;
      case "end": {
        const live = world.heads().filter(isLive);
        const run = live[step.nth % Math.max(live.length, 1)];
        if (run !== undefined) world.end(run.id);
        break;
      }
      case "rerun": {
        const heads = world.heads();
        const run = heads[step.nth % Math.max(heads.length, 1)];
        if (run !== undefined) world.rerun(run.id);
        break;
      }
      case "pause":
        world.isPaused = !world.isPaused;
        break;
      case "restart":
        world.restart();
        break;
    }
    assertSingleton(world);
  }
  world.advance(world.ctx.nowMs + 60_000);
  for (const run of world.heads().filter(isLive)) world.end(run.id);
  return { elapsedOf, correlations };
}

function isLive(head: RunHead): boolean {
  return head.status === "queued" || head.status === "running";
}

function assertSingleton(world: FlowWorld): void {
  const mode = world.fn.config.singleton?.mode;
  if (mode === undefined) return;
  const keys = world
    .heads()
    .filter(isLive)
    .map(({ flow }) => flow?.singletonKey);
  expect(new Set(keys).size).toBe(keys.length);
  if (mode === "skip") return;
  for (const { skip } of world.heads()) expect(skip?.reason).not.toBe("singleton");
}

/** The newest outcome of each event. */
function outcomesOf(world: FlowWorld): Map<string, EventOutcome> {
  return new Map(world.outcomes().map((outcome) => [outcome.eventId, outcome]));
}

function assertOneFate(world: FlowWorld, eventId: string): void {
  const outcome = outcomesOf(world).get(eventId);
  const runs = world
    .heads()
    .filter((head) => head.originalRunId === undefined && head.eventIds.includes(eventId));
  switch (outcome?.type) {
    case undefined:
      expect(runs).toHaveLength(1);
      return;
    case "batched":
      expect(runs).toMatchObject([{ flow: { batchId: outcome.batchId } }]);
      return;
    case "debounced":
      if (outcome.supersededBy !== undefined) {
        expect(world.events.has(outcome.supersededBy)).toBe(true);
        expect(runs).toEqual([]);
        return;
      }
      expect(runs).toMatchObject([{ flow: { debounceId: outcome.debounceId } }]);
      return;
    default:
      expect(runs).toEqual([]);
  }
}

/** Events that a rate limit let through: started, skipped for nothing, or held by a debounce. */
function isLetThrough(world: FlowWorld, eventId: string): boolean {
  const outcome = outcomesOf(world).get(eventId);
  if (outcome !== undefined) return outcome.type === "debounced";
  return world
    .heads()
    .some(
      (head) =>
        head.originalRunId === undefined && head.eventIds[0] === eventId && head.skip === undefined,
    );
}

function assertRateLimit(world: FlowWorld, elapsedOf: ReadonlyMap<string, number>): void {
  const rule = world.fn.config.rateLimit;
  if (rule === undefined) return;
  const starts = [...elapsedOf].filter(([id]) => isLetThrough(world, id));
  for (const [id, fromMs] of starts) {
    const inWindow = starts.filter(
      ([other, atMs]) =>
        keyOf(world, other) === keyOf(world, id) && atMs >= fromMs && atMs < fromMs + rule.periodMs,
    );
    expect(inWindow.length).toBeLessThanOrEqual(rule.limit);
  }
}

function dataOf(world: FlowWorld, eventId: string): { k: number; n: number } {
  return JSON.parse(world.events.get(eventId)?.dataJson ?? "{}") as { k: number; n: number };
}

function keyOf(world: FlowWorld, eventId: string): number {
  return dataOf(world, eventId).k;
}

function assertIdempotency(world: FlowWorld): void {
  if (world.fn.config.idempotency === undefined) return;
  const used = [...world.events.keys()]
    .filter((id) => isLetThrough(world, id))
    .map((id) => `${dataOf(world, id).k} ${dataOf(world, id).n % 3}`);
  expect(new Set(used).size).toBe(used.length);
}

function assertAnswered(world: FlowWorld, correlations: readonly string[]): void {
  const answered = world.followUps.flatMap((next) =>
    next.type === "settle_invoke" ? [next.correlationId] : [],
  );
  expect(answered.toSorted()).toEqual(correlations.toSorted());
}

describe("admission of random traffic", () => {
  it("[F1, F10, F8, F20, F21, F33] one fate for each event, no limit exceeded, every invoker answered once", () => {
    fc.assert(
      fc.property(someRules, fc.array(aStep, { maxLength: 60, size: "max" }), (config, steps) => {
        const world = aFlowWorld(config);
        const { elapsedOf, correlations } = drive(world, steps);
        for (const eventId of world.events.keys()) assertOneFate(world, eventId);
        assertRateLimit(world, elapsedOf);
        assertIdempotency(world);
        assertAnswered(world, correlations);
        expect(world.timers()).toEqual([]);
        const kinds = world.limiters().map(({ kind }) => kind);
        for (const kind of ["debounce", "batch", "singleton"]) expect(kinds).not.toContain(kind);
        const ids = world.heads().flatMap(({ flow }) => flow?.batchId ?? flow?.debounceId ?? []);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 300 },
    );
  });

  it("[F1] a restart after every step changes nothing", () => {
    fc.assert(
      fc.property(someRules, fc.array(aStep, { maxLength: 40 }), (config, steps) => {
        const fates = [false, true].map((restarts) => {
          const world = aFlowWorld(config);
          const all = restarts ? steps.flatMap((step): Step[] => [step, { do: "restart" }]) : steps;
          drive(world, all);
          const outcomes = world.outcomes().map(({ type, atMs }) => [type, atMs]);
          const runs = world
            .heads()
            .map((head) => [
              head.status,
              head.skip?.reason,
              head.eventIds.length,
              head.createdAtMs,
            ]);
          return [runs, outcomes];
        });
        expect(fates[1]).toEqual(fates[0]);
      }),
      { numRuns: 100 },
    );
  });
});

const arrivals = fc.array(fc.record({ gapMs: fc.nat(500), k: fc.nat(1), lagMs: fc.nat(80) }), {
  maxLength: 40,
});

interface Ran {
  readonly atMs: number;
  readonly ids: readonly string[];
}

/** Feeds events to a world and to a model at the same times. @returns What each ran, in order. */
function compare(
  config: Partial<FunctionConfig>,
  gaps: readonly { gapMs: number; k: number; lagMs: number }[],
  model: (events: readonly { id: string; k: number; atMs: number; tsMs: number }[]) => Ran[],
): { readonly ran: Ran[]; readonly expected: Ran[] } {
  const world = aFlowWorld(config);
  const events: { id: string; k: number; atMs: number; tsMs: number }[] = [];
  let atMs = AT_MS;
  for (const { gapMs, k, lagMs } of gaps) {
    atMs += gapMs;
    world.advance(atMs);
    const event = anArrival({ k }, { tsMs: atMs - lagMs });
    events.push({ id: event.internalId, k, atMs, tsMs: atMs - lagMs });
    world.arrive(event);
  }
  world.advance(atMs + 60_000);
  const ran = world.heads().map((head) => ({ atMs: head.createdAtMs, ids: head.eventIds }));
  return { ran: inOrder(ran), expected: inOrder(model(events)) };
}

function inOrder(ran: readonly Ran[]): Ran[] {
  const textOf = (each: Ran): string => `${each.atMs} ${each.ids.join()}`;
  return ran.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
}

describe("groups against a model", () => {
  it("[F13, F14] a debounce runs what a model without timers runs", () => {
    fc.assert(
      fc.property(arrivals, fc.option(fc.integer({ min: 300, max: 900 })), (gaps, timeout) => {
        const periodMs = 300;
        const { ran, expected } = compare(
          { debounce: { periodMs, key: KEY, ...(timeout === null ? {} : { timeoutMs: timeout }) } },
          gaps,
          (events) => {
            const runs: Ran[] = [];
            const open = new Map<
              number,
              { firstMs: number; dueMs: number; id: string; tsMs: number }
            >();
            const close = (uptoMs: number): void => {
              for (const [k, held] of open) {
                if (held.dueMs > uptoMs) continue;
                runs.push({ atMs: held.dueMs, ids: [held.id] });
                open.delete(k);
              }
            };
            for (const { id, k, atMs, tsMs } of events) {
              close(atMs);
              const held = open.get(k);
              if (held !== undefined && tsMs < held.tsMs) continue;
              const firstMs = held?.firstMs ?? atMs;
              const dueMs = Math.min(atMs + periodMs, firstMs + (timeout ?? Infinity));
              open.set(k, { firstMs, dueMs, id, tsMs });
            }
            close(Infinity);
            return runs;
          },
        );
        expect(ran).toEqual(expected);
      }),
    );
  });

  it("[F17] batches are complete, disjoint and in time", () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 2, max: 6 }), (gaps, maxSize) => {
        const timeoutMs = 1_000;
        const { ran, expected } = compare(
          { batch: { maxSize, timeoutMs, key: KEY } },
          gaps,
          (events) => {
            const runs: Ran[] = [];
            for (const k of [0, 1]) {
              let batch: { id: string; atMs: number }[] = [];
              const close = (atMs: number): void => {
                if (batch.length > 0) runs.push({ atMs, ids: batch.map(({ id }) => id) });
                batch = [];
              };
              for (const event of events.filter((each) => each.k === k)) {
                const dueMs = (batch[0]?.atMs ?? Infinity) + timeoutMs;
                if (dueMs <= event.atMs) close(dueMs);
                batch.push(event);
                if (batch.length === maxSize) close(event.atMs);
              }
              close((batch[0]?.atMs ?? 0) + timeoutMs);
            }
            return runs;
          },
        );
        expect(ran).toEqual(expected);
      }),
    );
  });
});
