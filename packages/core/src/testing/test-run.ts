// One run under test: decisions are made on it one after another, as the engine makes them, and what they changed is kept.
// After each decision the fold of all changes so far must give the state that the decisions left.
import { eventToWireJson, hashStepId, type CallResult, type EventRecord } from "@everstep/protocol";
import type { FunctionConfig, Op } from "@everstep/protocol";
import type { FunctionRecord } from "../model/app.ts";
import type { AttemptRecord, RunHead, RunState, StepRecord } from "../model/run.ts";
import type { Change } from "../model/change.ts";
import type { Timer, TimerKind } from "../model/timer.ts";
import type { Wait } from "../model/wait.ts";
import { applyRunChange } from "../run/apply-change.ts";
import { createRun } from "../run/create-run.ts";
import { decideCallResult } from "../run/decide-call-result.ts";
import { openDraft, type Draft, type FollowUp } from "../run/draft.ts";
import { aContext, aFunction, anEvent, opsResult, type TestContext } from "./builders.ts";

export interface TestRunOptions {
  readonly config?: Partial<FunctionConfig>;
  readonly event?: Partial<EventRecord>;
  readonly correlationId?: string;
  readonly ctx?: TestContext;
}

export interface TestRun {
  readonly ctx: TestContext;
  readonly fn: FunctionRecord;
  readonly state: RunState;
  readonly head: RunHead;
  readonly event: EventRecord;
  readonly changes: readonly Change[];
  readonly followUps: readonly FollowUp[];
  /** Makes one decision. @returns The changes it made. */
  decide(decision: (draft: Draft) => void): readonly Change[];
  timers(kind?: TimerKind): readonly Timer[];
  /** The only timer of a kind. */
  timer(kind: TimerKind): Timer;
  /** The open call for discovery, or for a planned step by the user's id. */
  call(userId?: string): Timer;
  calls(): readonly Timer[];
  waits(): readonly Wait[];
  wait(): Wait;
  attempts(): readonly AttemptRecord[];
  steps(): readonly StepRecord[];
  output(userId: string): unknown;
  /** The call's answer arrives; by default that of the only discovery. */
  end(result: CallResult, timer?: Timer): readonly Change[];
  answer(
    ops: readonly Op[],
    options?: { timer?: Timer; requestVersion?: number },
  ): readonly Change[];
}

export function startRun(options: TestRunOptions = {}): TestRun {
  const ctx = options.ctx ?? aContext();
  const fn = aFunction(options.config);
  const event = anEvent(options.event);
  const draft = createRun(
    {
      function: fn,
      events: [event],
      orderKey: 7,
      readEvent: () => JSON.parse(eventToWireJson(event)) as unknown,
      ...(options.correlationId === undefined ? {} : { correlationId: options.correlationId }),
    },
    ctx,
  );
  return followRun(draft);
}

/** Goes on with the run that a draft created. */
function followRun(created: Draft): TestRun {
  const { state, function: fn, events } = created;
  const [event] = events;
  if (event === undefined) throw new Error("The run has no event.");
  const ctx = created.ctx as TestContext;
  const changes: Change[] = [...created.changes];
  const followUps: FollowUp[] = [...created.followUps];
  assertFolded(changes, state);

  const run: TestRun = {
    ctx,
    fn,
    state,
    event,
    changes,
    followUps,
    get head() {
      return state.head;
    },
    decide(decision) {
      const draft = openDraft({ state, events }, fn, ctx);
      decision(draft);
      changes.push(...draft.changes);
      followUps.push(...draft.followUps);
      assertFolded(changes, state);
      return draft.changes;
    },
    timers: (kind) =>
      [...state.timers.values()].filter((timer) => kind === undefined || timer.kind === kind),
    timer: (kind) => only(run.timers(kind), kind),
    call: (userId) =>
      only(
        run.calls().filter((timer) => {
          const wanted = userId === undefined ? undefined : hashStepId(userId);
          return timer.op?.stepId === wanted;
        }),
        `call of ${userId ?? "discovery"}`,
      ),
    calls: () => run.timers("call"),
    waits: () => [...state.waits.values()],
    wait: () => only(run.waits(), "wait"),
    attempts: () =>
      changes.flatMap((change) => (change.type === "attempt_added" ? [change.attempt] : [])),
    steps: () => changes.flatMap((change) => (change.type === "step_added" ? [change.step] : [])),
    output(userId) {
      const json = state.outputs.get(hashStepId(userId));
      return json === undefined ? undefined : (JSON.parse(json) as unknown);
    },
    end: (result, timer = run.call()) =>
      run.decide((draft) =>
        decideCallResult(draft, {
          timerId: timer.id,
          generation: 1,
          startedAtMs: ctx.nowMs,
          result,
        }),
      ),
    answer: (ops, { timer, requestVersion = 2 } = {}) =>
      run.end(opsResult(ops, { requestVersion }), timer),
  };
  return run;
}

/** What the changes of a run say by themselves: the oracle for the state that decisions leave behind. */
function foldOf(changes: readonly Change[]): RunState | undefined {
  let state: RunState | undefined;
  for (const change of changes) {
    if (change.type === "run_added") {
      state = {
        head: change.run,
        stack: [],
        outputs: new Map(),
        inputs: new Map(),
        timers: new Map(),
        waits: new Map(),
      };
    } else if (state !== undefined) {
      applyRunChange(state, change);
    }
  }
  return state;
}

function assertFolded(changes: readonly Change[], state: RunState): void {
  const folded = foldOf(changes);
  const [expected, found] = [textOf(state), folded === undefined ? "nothing" : textOf(folded)];
  if (expected !== found) throw new Error(`The changes give ${found}, the state is ${expected}.`);
}

function textOf(state: RunState): string {
  const { head, stack, outputs, inputs, timers, waits } = state;
  return JSON.stringify([head, stack, [...outputs], [...inputs], [...timers], [...waits]]);
}

function only<T>(items: readonly T[], what: string): T {
  const [first] = items;
  if (items.length !== 1 || first === undefined) {
    throw new Error(`Expected one ${what}, found ${items.length}.`);
  }
  return first;
}
