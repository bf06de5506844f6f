// Puts many runs into a store without calling an app: core decides each run's birth and its app's answer exactly as the
// engine has it do, and the store commits the same changes, only many runs at a time. The engine must not run meanwhile.
import { randomBytes } from "node:crypto";
import {
  decideAdmission,
  decideCallResult,
  decideStarted,
  openDraft,
  planAdmission,
  type Candidate,
  type Change,
  type DecideContext,
  type Draft,
  type FunctionRecord,
  type Store,
} from "@everstep/core";
import {
  createUlidFactory,
  eventToWireJson,
  LIMITS,
  type CallResult,
  type EventRecord,
} from "@everstep/protocol";
import { openSqliteStore } from "@everstep/store-sqlite";

const RUNS_PER_COMMIT = 500;
const COUNTERS_PER_EPOCH = 2 ** 32;
const ORDER_KEYS_PER_MS = 4_096;

export interface SeedPlan {
  readonly databasePath: string;
  /** A function that has been registered: `<app id>-<function id>`. */
  readonly slug: string;
  readonly eventName: string;
  readonly count: number;
  /** What the app answers to the first call of each run. Absent: the runs are queued and wait for it. */
  readonly answer?: CallResult;
  /** `data.key` of the event with this number; `seededKey` unless given. */
  readonly keyOf?: (index: number) => string;
  readonly say: (text: string) => void;
}

/** `data.key` of the event of the seeded run with this number. */
export function seededKey(index: number): string {
  return `key-${index}`;
}

export async function seedRuns(plan: SeedPlan): Promise<void> {
  const opened = openSqliteStore({ path: plan.databasePath });
  try {
    const catalog = await opened.store.open();
    const fn = catalog.functions.find(({ config }) => config.slug === plan.slug);
    if (fn === undefined) throw new Error(`slug: "${plan.slug}" is not registered`);
    await commitAll(opened.store, plan, createSeeder(fn, catalog.epoch, plan));
  } finally {
    await opened.close();
  }
}

async function commitAll(
  store: Store,
  { count, say }: SeedPlan,
  seed: (index: number) => readonly Change[],
): Promise<void> {
  for (let first = 0; first < count; first += RUNS_PER_COMMIT) {
    const changes: Change[] = [];
    for (let index = first; index < Math.min(count, first + RUNS_PER_COMMIT); index += 1) {
      for (const change of seed(index)) changes.push(change);
    }
    await store.commit(changes);
    if (first > 0 && first % 100_000 === 0) say(`${first} of ${count} runs seeded`);
  }
}

function createSeeder(
  fn: FunctionRecord,
  epoch: number,
  { eventName, answer, keyOf = seededKey }: SeedPlan,
): (index: number) => readonly Change[] {
  const newUlid = createUlidFactory((count) => randomBytes(count));
  let timers = 0;
  let lastOrderKey = 0;
  return (index) => {
    const nowMs = Date.now();
    const ctx: DecideContext = {
      nowMs,
      newUlid,
      random: Math.random,
      stepsPerRunMax: LIMITS.stepsPerRunMax,
      newTimerId: () => epoch * COUNTERS_PER_EPOCH + ++timers,
      isInFlight: () => true,
      findFunction: () => undefined,
    };
    const internalId = newUlid(nowMs);
    const event: EventRecord = {
      internalId,
      id: internalId,
      name: eventName,
      tsMs: nowMs,
      receivedAtMs: nowMs,
      dataJson: JSON.stringify({ key: keyOf(index) }),
    };
    const nextOrderKey = (): number =>
      (lastOrderKey = Math.max(lastOrderKey + 1, nowMs * ORDER_KEYS_PER_MS));
    const { draft, changes } = admit({ fn, event, nextOrderKey }, ctx);
    const answered =
      answer === undefined
        ? []
        : answerFirstCall(draft, { ctx, answer, generation: index + 1, epoch });
    return [{ type: "event_added", event }, ...changes, ...draft.changes, ...answered];
  };
}

/** The run that the engine would create for the event: lane and keys are decided as it decides them. */
function admit(
  {
    fn,
    event,
    nextOrderKey,
  }: {
    readonly fn: FunctionRecord;
    readonly event: EventRecord;
    readonly nextOrderKey: () => number;
  },
  ctx: DecideContext,
): { readonly draft: Draft; readonly changes: readonly Change[] } {
  const candidate: Candidate = {
    function: fn,
    isPaused: false,
    origin: { type: "arrival" },
    events: [event],
    readEvent: () => JSON.parse(eventToWireJson(event)) as unknown,
  };
  const state = { idKeys: [], findLimiter: () => undefined, batchEvents: [], nextOrderKey };
  const { draft, changes } = decideAdmission(planAdmission(candidate, ctx.nowMs), state, ctx);
  if (draft === undefined) throw new Error(`${fn.config.slug}: its rules let no run start`);
  return { draft, changes };
}

/** The changes of the first call: made, answered, and with the lifecycle event of a run that has ended. */
function answerFirstCall(
  created: Draft,
  call: {
    readonly ctx: DecideContext;
    readonly answer: CallResult;
    readonly generation: number;
    readonly epoch: number;
  },
): readonly Change[] {
  const { ctx, answer, generation, epoch } = call;
  const draft = openDraft({ state: created.state, events: created.events }, created.function, ctx);
  const timer = [...draft.state.timers.values()].find(({ kind }) => kind === "call");
  if (timer === undefined) throw new Error("A new run has no call.");
  decideStarted(draft, ctx.nowMs);
  decideCallResult(draft, {
    timerId: timer.id,
    generation: epoch * COUNTERS_PER_EPOCH + generation,
    startedAtMs: ctx.nowMs,
    result: answer,
  });
  const events = draft.followUps.flatMap((next) => (next.type === "event" ? [next.event] : []));
  return [...draft.changes, ...events.map((event): Change => ({ type: "event_added", event }))];
}
