// The functions that are measured, written once for both official SDKs. Their code does nothing, so that what is measured is
// what it costs to run them.
import { sharedNowMs } from "../clock.ts";
import { STEPS10 } from "../workloads/step-counts.ts";

export interface StepTools {
  run(id: string, work: () => unknown): Promise<unknown>;
  sleep(id: string, duration: string): Promise<void>;
  sleepUntil(id: string, time: Date): Promise<void>;
  sendEvent(id: string, events: readonly object[]): Promise<unknown>;
  waitForEvent(
    id: string,
    options: { event: string; timeout: string; if: string },
  ): Promise<{ readonly data: { readonly key: string } } | null>;
}

export interface HandlerInput {
  readonly event: { readonly data: { readonly key?: string; readonly count?: number } };
  readonly step: StepTools;
}

export interface BenchFunction {
  /** Also the last part of the event's name that starts it. */
  readonly id: string;
  /** As both official SDKs and ours take them. */
  readonly options?: {
    readonly concurrency: readonly ConcurrencyOption[];
    readonly throttle?: { readonly limit: number; readonly period: string };
  };
  readonly handler: (input: HandlerInput) => Promise<unknown>;
}

export interface ConcurrencyOption {
  readonly limit: number;
  readonly key?: string;
}

/** What functions tell the benchmark. */
export interface Reporter {
  /** Counts, without a message. */
  tally(topic: string): void;
  mark(topic: string, key: string, stepsAtMs?: readonly number[]): void;
  /** Resolves once the gate is open, which it is until the benchmark shuts it. */
  passGate(): Promise<void>;
}

/** The step and the expression that waiting runs stand at; seeded runs are the same. */
export const WAIT_STEP = { id: "wake", timeout: "30d", if: "async.data.key == event.data.key" };
export const SLEEP_STEP = { id: "long-sleep", duration: "30d" };
const NAP_MS = 200;
/** `data.key` of the runs that queue up behind each other. */
export const BUSY_KEY = "busy";
/** No second run starts while anything is measured. */
const SLOW_PERIOD = "1d";
const ONE_PER_KEY: ConcurrencyOption = { limit: 1, key: "event.data.key" };

export function benchFunctions(appId: string, reporter: Reporter): readonly BenchFunction[] {
  return [
    ...throughputFunctions(appId, reporter),
    ...singleRunFunctions(reporter),
    ...standingFunctions(appId, reporter),
    ...limitedFunctions(reporter),
  ];
}

function throughputFunctions(appId: string, { tally }: Reporter): readonly BenchFunction[] {
  return [
    {
      id: "noop",
      handler: async () => {
        tally("noop");
        return { ok: true };
      },
    },
    {
      id: "steps10",
      handler: async ({ step }) => {
        let sum = 0;
        for (let index = 0; index < STEPS10; index += 1) {
          sum += Number(await step.run(`step-${index}`, () => index));
        }
        tally("steps10");
        return sum;
      },
    },
    {
      id: "fan",
      handler: async ({ event, step }) => {
        const count = event.data.count ?? 0;
        const name = `${appId}/fan-item`;
        const events = Array.from({ length: count }, (_, index) => ({ name, data: { index } }));
        await step.sendEvent("fan-out", events);
        return count;
      },
    },
    {
      id: "fan-item",
      handler: async () => {
        tally("fan-item");
        return { ok: true };
      },
    },
  ];
}

function singleRunFunctions({ mark }: Reporter): readonly BenchFunction[] {
  const stepsAtMs = new Map<string, number[]>();
  const times = (key: string): number[] => {
    const known = stepsAtMs.get(key) ?? [];
    stepsAtMs.set(key, known);
    return known;
  };
  return [
    {
      id: "latency",
      handler: async ({ event }) => {
        mark("entered", event.data.key ?? "");
        return { ok: true };
      },
    },
    {
      id: "parallel",
      handler: async ({ event, step }) => {
        const steps = Array.from({ length: event.data.count ?? 0 }, (_, index) =>
          step.run(`branch-${index}`, () => index),
        );
        await Promise.all(steps);
        mark("joined", event.data.key ?? "");
        return steps.length;
      },
    },
    {
      id: "long",
      handler: async ({ event, step }) => {
        const key = event.data.key ?? "";
        for (let index = 0; index < (event.data.count ?? 0); index += 1) {
          await step.run(`step-${index}`, () => times(key).push(sharedNowMs()));
        }
        mark("walked", key, times(key));
        stepsAtMs.delete(key);
        return { ok: true };
      },
    },
  ];
}

function standingFunctions(appId: string, { tally, mark }: Reporter): readonly BenchFunction[] {
  return [
    {
      id: "sleeper",
      handler: async ({ step }) => {
        tally("sleeper");
        await step.sleep(SLEEP_STEP.id, SLEEP_STEP.duration);
      },
    },
    {
      id: "waiter",
      handler: async ({ event, step }) => {
        tally("waiter");
        const { id, ...options } = WAIT_STEP;
        await step.waitForEvent(id, { event: `${appId}/wake`, ...options });
        mark("woken", event.data.key ?? "");
      },
    },
    {
      id: "nap",
      handler: async ({ event, step }) => {
        // Both clocks: the sleep ends by the clock on the wall, the benchmark reads the one that processes share.
        const due = await step.run("plan", () => ({
          wallMs: Date.now() + NAP_MS,
          sharedMs: sharedNowMs() + NAP_MS,
        }));
        const { wallMs, sharedMs } = due as { wallMs: number; sharedMs: number };
        await step.sleepUntil("nap", new Date(wallMs));
        mark("rested", event.data.key ?? "", [sharedMs]);
      },
    },
  ];
}

function limitedFunctions({ tally, mark, passGate }: Reporter): readonly BenchFunction[] {
  const hold = async ({ event }: HandlerInput): Promise<void> => {
    tally("held");
    mark("holding", event.data.key ?? "");
    await passGate();
  };
  return [
    {
      id: "keyed",
      options: { concurrency: [ONE_PER_KEY] },
      handler: async () => {
        tally("keyed");
        return { ok: true };
      },
    },
    {
      id: "crowd",
      options: { concurrency: [ONE_PER_KEY] },
      handler: async ({ event }) => {
        tally("crowd");
        const key = event.data.key ?? "";
        if (key !== BUSY_KEY) mark("passed", key);
        return { ok: true };
      },
    },
    { id: "held", options: { concurrency: [ONE_PER_KEY] }, handler: hold },
    { id: "held-lanes", options: { concurrency: [{ limit: 1 }, ONE_PER_KEY] }, handler: hold },
    {
      id: "slow-lanes",
      options: { concurrency: [ONE_PER_KEY], throttle: { limit: 1, period: SLOW_PERIOD } },
      handler: hold,
    },
  ];
}
