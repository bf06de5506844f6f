// An embedded engine with its functions, measured in a process of its own: throughput of many short runs, the time of single
// steps of a long one, and, as the reference, how fast the store alone takes the same rows. Prints one JSON object.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Change } from "@everstep/core";
import { createEngine } from "@everstep/embedded";
import { openSqliteStore } from "@everstep/store-sqlite";
import { Everstep } from "everstep";
import type { EmbeddedPlan, EmbeddedReport } from "../workloads/embedded.ts";
import { STEPS10 } from "../workloads/step-counts.ts";

const EVENTS_PER_SEND = 500;
/** Steps that one commit of the reference holds: what the engine reaches with 1,000 runs at the same time. */
const STEPS_PER_COMMIT = 500;

const plan = JSON.parse(process.argv[2] ?? "") as EmbeddedPlan;
const directory = mkdtempSync(join(process.env["BENCH_DIR"] ?? tmpdir(), "everstep-embedded-"));
try {
  const report = await measure();
  process.stdout.write(`${JSON.stringify(report)}\n`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function measure(): Promise<EmbeddedReport> {
  const app = new Everstep({ id: "bench", isDev: false, eventKey: "bench" });
  let open = 0;
  let ended = (): void => {};
  const short = app.createFunction({ id: "short" }, { event: "bench/short" }, async ({ step }) => {
    for (let index = 0; index < STEPS10; index += 1) await step.run(`step-${index}`, () => index);
    open -= 1;
    if (open === 0) ended();
  });
  const stepsAtMs: number[] = [];
  const long = app.createFunction({ id: "long" }, { event: "bench/long" }, async ({ step }) => {
    for (let index = 0; index < plan.longSteps; index += 1) {
      await step.run(`step-${index}`, () => {
        stepsAtMs.push(performance.now());
        return index;
      });
    }
  });
  const data = join(directory, "main.db");
  await using engine = await createEngine({ functions: [short, long], data }).start();

  const runShort = async (runs: number): Promise<number> => {
    open = runs;
    const allEnded = new Promise<void>((resolve) => (ended = resolve));
    const startedAtMs = performance.now();
    for (let sent = 0; sent < runs; sent += EVENTS_PER_SEND) {
      const count = Math.min(EVENTS_PER_SEND, runs - sent);
      await app.send(
        Array.from({ length: count }, (_, key) => ({ name: "bench/short", data: { key } })),
      );
    }
    await allEnded;
    return performance.now() - startedAtMs;
  };

  await runShort(Math.ceil(plan.runs / 2));
  const report: EmbeddedReport = {
    stepsPerSecond: [],
    ceilings: [],
    earlyMs: [],
    lateMs: [],
    cpuMsPerStep: 0,
  };
  let cpuMs = 0;
  for (let round = 0; round < plan.rounds; round += 1) {
    report.ceilings.push(await measureStore(join(directory, `store-${round}.db`)));
    const before = process.cpuUsage();
    const ms = await runShort(plan.runs);
    const { user, system } = process.cpuUsage(before);
    cpuMs += (user + system) / 1_000;
    report.stepsPerSecond.push((plan.runs * STEPS10 * 1_000) / ms);
    stepsAtMs.length = 0;
    await engine.invoke(long);
    report.earlyMs.push(stepMs(plan.earlySteps));
    report.lateMs.push(stepMs(plan.lateSteps));
  }
  return { ...report, cpuMsPerStep: cpuMs / (plan.runs * STEPS10 * plan.rounds) };

  /** Median, because one fold of the WAL into the file weighs as much as hundreds of steps. */
  function stepMs([from, to]: readonly [number, number]): number {
    const times: number[] = [];
    for (let index = from + 1; index < to; index += 1) {
      times.push((stepsAtMs[index] ?? Number.NaN) - (stepsAtMs[index - 1] ?? Number.NaN));
    }
    return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? Number.NaN;
  }
}

/** Steps per second that the store alone takes, with the rows that a saved step has. */
async function measureStore(path: string): Promise<number> {
  const { store, close } = openSqliteStore({ path });
  await store.open();
  await store.commit(Array.from({ length: plan.runs }, (_, index) => runAdded(index)));
  const startedAtMs = performance.now();
  let saved: Promise<void> = Promise.resolve();
  for (let position = 0; position < STEPS10; position += 1) {
    for (let first = 0; first < plan.runs; first += STEPS_PER_COMMIT) {
      const count = Math.min(STEPS_PER_COMMIT, plan.runs - first);
      const changes = Array.from({ length: count }, (_, index) =>
        stepSaved(first + index, position),
      );
      const before = saved;
      saved = store.commit(changes.flat());
      await before;
    }
  }
  await saved;
  const ms = performance.now() - startedAtMs;
  await close();
  return (plan.runs * STEPS10 * 1_000) / ms;
}

function runId(index: number): string {
  return `01JD0000000000000000${String(index).padStart(6, "0")}`;
}

function runAdded(index: number): Change {
  return {
    type: "run_added",
    run: {
      id: runId(index),
      functionId: "11111111-2222-3333-4444-555555555555",
      functionVersion: 1,
      status: "running",
      eventIds: [`01JE0000000000000000${String(index).padStart(6, "0")}`],
      eventName: "bench/short",
      orderKey: index,
      createdAtMs: Date.now(),
      requestVersion: 2,
      pendingStepIds: [],
      stepCount: 0,
      stateBytes: 0,
    },
  };
}

function stepSaved(index: number, position: number): readonly Change[] {
  const atMs = Date.now();
  return [
    {
      type: "step_added",
      step: {
        runId: runId(index),
        stepId: String(position).padStart(40, "a"),
        position,
        op: "StepRun",
        name: `step-${position}`,
        outputJson: `{"data":${position}}`,
        failed: false,
        attempt: 0,
        queuedAtMs: atMs,
        startedAtMs: atMs,
        endedAtMs: atMs,
      },
    },
    {
      type: "run_patched",
      runId: runId(index),
      patch: { stepCount: position + 1, stateBytes: position * 10 },
    },
  ];
}
