// Fills the store while no engine runs: core decides each run's birth and its app's answers as the engine has it do, and the
// store commits the same changes, many at a time. Runs are spread over the last week, oldest first.
import { randomBytes } from "node:crypto";
import {
  createRun,
  decideCallResult,
  decideStarted,
  openDraft,
  type Change,
  type DecideContext,
  type Draft,
  type FunctionRecord,
} from "@everstep/core";
import {
  createUlidFactory,
  eventToWireJson,
  hashStepId,
  LIMITS,
  type CallResult,
  type EventRecord,
  type Op,
} from "@everstep/protocol";
import { openSqliteStore } from "@everstep/store-sqlite";
import { APP_ID } from "./test-app.ts";

export const SEEDED = { runs: 100_000, steps: 10_000 } as const;

/** Of the seeded runs. */
export function seededOutcome(index: number): "completed" | "failed" | "sleeping" {
  if (index % 50 === 49) return "sleeping";
  return index % 13 === 5 ? "failed" : "completed";
}

const RUNS_PER_COMMIT = 1_000;
const STEPS_PER_ANSWER = 100;
const COUNTERS_PER_EPOCH = 2 ** 32;
const ORDER_KEYS_PER_MS = 4_096;
/** How long a call took, at most. */
const CALL_MS = 700;
const WEEK_MS = 7 * 24 * 60 * 60 * 1_000;
const FUNCTION_IDS = ["invoice", "mail", "report"] as const;
const MESSAGES = [
  (index: number) => `Customer ${index} has no address`,
  (index: number) => `connect ECONNREFUSED 10.0.0.${index % 250}:5432`,
  () => "Cannot read properties of undefined (reading 'total')",
] as const;

export async function seedStore(databasePath: string): Promise<{ readonly longRunId: string }> {
  const opened = openSqliteStore({ path: databasePath });
  try {
    const { store } = opened;
    const catalog = await store.open();
    const functions = FUNCTION_IDS.map((id) => {
      const slug = `${APP_ID}-${id}`;
      const found = catalog.functions.find(({ config }) => config.slug === slug);
      if (found === undefined) throw new Error(`${slug} is not registered`);
      return found;
    });
    const seeder = createSeeder(catalog.epoch);
    const startMs = Date.now() - WEEK_MS;
    for (let first = 0; first < SEEDED.runs; first += RUNS_PER_COMMIT) {
      const indexes = Array.from({ length: RUNS_PER_COMMIT }, (_, at) => first + at);
      await store.commit(
        indexes.flatMap((index) => {
          const nowMs = startMs + Math.floor((index * (WEEK_MS - 60_000)) / SEEDED.runs);
          const fn = functions[index % functions.length] as FunctionRecord;
          return seeder.run({ fn, index, nowMs });
        }),
      );
    }
    const long = seeder.longRun(functions[2] as FunctionRecord, Date.now() - 50_000);
    await store.commit(long.changes);
    return { longRunId: long.runId };
  } finally {
    await opened.close();
  }
}

interface Seed {
  readonly fn: FunctionRecord;
  readonly index: number;
  readonly nowMs: number;
}

function createSeeder(epoch: number) {
  const newUlid = createUlidFactory((count) => randomBytes(count));
  let timers = 0;
  let calls = 0;
  let lastOrderKey = 0;

  const contextAt = (nowMs: number): DecideContext => ({
    nowMs,
    newUlid,
    random: Math.random,
    stepsPerRunMax: LIMITS.stepsPerRunMax,
    newTimerId: () => epoch * COUNTERS_PER_EPOCH + ++timers,
    isInFlight: () => true,
    findFunction: () => undefined,
  });

  function born({ fn, index, nowMs }: Seed): {
    readonly event: EventRecord;
    readonly draft: Draft;
  } {
    const internalId = newUlid(nowMs);
    const dataJson = JSON.stringify({ key: `key-${index}`, total: index % 1_000 });
    const name = `seed/${fn.config.slug.slice(APP_ID.length + 1)}`;
    const times = { tsMs: nowMs, receivedAtMs: nowMs };
    const event: EventRecord = { internalId, id: internalId, name, dataJson, ...times };
    lastOrderKey = Math.max(lastOrderKey + 1, nowMs * ORDER_KEYS_PER_MS);
    const readEvent = (): unknown => JSON.parse(eventToWireJson(event));
    const birth = { function: fn, events: [event], orderKey: lastOrderKey, readEvent };
    return { event, draft: createRun(birth, contextAt(nowMs)) };
  }

  function answer(before: Draft, result: CallResult, nowMs: number): readonly Change[] {
    const { state, events } = before;
    const startedAtMs = Math.max(before.ctx.nowMs, nowMs - CALL_MS);
    const draft = openDraft({ state, events }, before.function, contextAt(nowMs));
    const timer = [...state.timers.values()].find(({ kind }) => kind === "call");
    if (timer === undefined) throw new Error("The run has no call.");
    decideStarted(draft, startedAtMs);
    calls += 1;
    const generation = epoch * COUNTERS_PER_EPOCH + calls;
    decideCallResult(draft, { timerId: timer.id, generation, startedAtMs, result });
    const added = draft.followUps.flatMap((next) =>
      next.type === "event" ? [{ type: "event_added" as const, event: next.event }] : [],
    );
    return [...draft.changes, ...added];
  }

  return {
    run: (seed: Seed): readonly Change[] => {
      const { event, draft } = born(seed);
      const endedAtMs = seed.nowMs + 20 + (seed.index % 900);
      const answered = answer(draft, resultOf(seed.index), endedAtMs);
      return [{ type: "event_added", event }, ...draft.changes, ...answered];
    },
    /** Ended, with the most steps that a page must bear. */
    longRun: (fn: FunctionRecord, nowMs: number): { runId: string; changes: readonly Change[] } => {
      const { event, draft } = born({ fn, index: SEEDED.runs, nowMs });
      const changes: Change[] = [{ type: "event_added", event }, ...draft.changes];
      for (let first = 0; first < SEEDED.steps; first += STEPS_PER_ANSWER) {
        const ops = Array.from({ length: STEPS_PER_ANSWER }, (_, at) =>
          stepOp(first + at, nowMs + (first + at) * 4),
        );
        changes.push(...answer(draft, opsResult(ops), nowMs + (first + STEPS_PER_ANSWER) * 4));
      }
      changes.push(...answer(draft, DONE, nowMs + SEEDED.steps * 4));
      return { runId: draft.state.head.id, changes };
    },
  };
}

const OK = { status: 200, headers: {}, bodyBytes: 11 };
const DONE: CallResult = { kind: "done", outputJson: '{"ok":true}', response: OK };

function resultOf(index: number): CallResult {
  const outcome = seededOutcome(index);
  if (outcome === "completed") return DONE;
  if (outcome === "sleeping") {
    const id = "long-sleep";
    const userland = { id, index: 0 };
    const op: Op = {
      op: "Sleep",
      id: hashStepId(id),
      name: "30d",
      displayName: id,
      opts: {},
      userland,
    };
    return opsResult([op]);
  }
  const message = (MESSAGES[Math.floor(index / 7) % MESSAGES.length] ?? MESSAGES[0])(index);
  const error = { name: "Error", message, stack: `Error: ${message}\n    at seed (file.ts:1:1)` };
  const response = { ...OK, status: 400 };
  const outputJson = JSON.stringify(error);
  const retry = { retriable: false, retryAfterText: undefined };
  return { kind: "error", error, outputJson, response, ...retry };
}

function opsResult(ops: readonly Op[]): CallResult {
  const rest = { requestVersion: 2, noRetry: undefined, retryAfterText: undefined };
  return { kind: "ops", ops, response: { ...OK, status: 206 }, ...rest };
}

function stepOp(index: number, startedAtMs: number): Op {
  const id = `step-${index}`;
  return {
    op: "StepRun",
    id: hashStepId(id),
    name: id,
    displayName: id,
    opts: {},
    dataJson: JSON.stringify({ index }),
    userland: { id, index: 0 },
    timing: { startedAtMs, durationMs: 3 },
  };
}
