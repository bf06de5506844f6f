// The embedded mode: engine, functions and store in one process, no HTTP. Throughput of short runs beside what the store alone
// takes, and whether a step costs more the more came before it.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { toFigure, type Figure } from "../figure.ts";
import type { BySize, Workload } from "../workload.ts";

export interface EmbeddedPlan {
  readonly runs: number;
  readonly rounds: number;
  readonly longSteps: number;
  /** Steps of the long run between which the time of one is taken. */
  readonly earlySteps: readonly [number, number];
  readonly lateSteps: readonly [number, number];
}

export interface EmbeddedReport {
  readonly stepsPerSecond: number[];
  /** What the store alone took in the same round. */
  readonly ceilings: number[];
  readonly earlyMs: number[];
  readonly lateMs: number[];
  readonly cpuMsPerStep: number;
}

const PROCESS = fileURLToPath(new URL("../processes/embedded-process.ts", import.meta.url));
const RUNS: BySize = { tiny: 20, quick: 1_000, normal: 5_000, full: 20_000 };
const LONG_STEPS: BySize = { tiny: 20, quick: 2_000, normal: 10_000, full: 10_000 };
/** Steps whose median counts, after step 100 and at the end. */
const SAMPLE_STEPS = 500;
const EARLY_STEP = 100;
const OUTPUT_BYTES_MAX = 1024 * 1024;

export const embedded: Workload = {
  name: "embedded",
  summary:
    "steps/s of runs of 10 steps with engine and functions in one process; step time early and late",
  async run({ size, rounds }) {
    const longSteps = LONG_STEPS[size];
    const early = Math.min(EARLY_STEP, Math.floor(longSteps / 4));
    const count = Math.min(SAMPLE_STEPS, Math.floor(longSteps / 4));
    const plan: EmbeddedPlan = {
      runs: RUNS[size],
      rounds,
      longSteps,
      earlySteps: [early, early + count],
      lateSteps: [longSteps - count, longSteps],
    };
    return toFigures(plan, await measure(plan));
  },
};

async function measure(plan: EmbeddedPlan): Promise<EmbeddedReport> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, JSON.stringify(plan)], {
    maxBuffer: OUTPUT_BYTES_MAX,
    env: { PATH: process.env["PATH"], BENCH_DIR: process.env["BENCH_DIR"], NODE_ENV: "production" },
  });
  return JSON.parse(stdout) as EmbeddedReport;
}

function toFigures(plan: EmbeddedPlan, report: EmbeddedReport): readonly Figure[] {
  const base = { workload: "embedded" } as const;
  const { earlyMs, lateMs } = report;
  return [
    toFigure({
      ...base,
      name: "steps/s, 10 sequential steps, in-process",
      unit: "steps/s",
      better: "more",
      samples: report.stepsPerSecond,
      ceilings: report.ceilings,
      budget: { of: "value", atLeast: 25_000 },
      usage: { engineCpuMsPerOp: report.cpuMsPerStep },
      note: "the ceiling is the store alone, with the same rows",
    }),
    toFigure({
      ...base,
      name: `step time after step ${plan.earlySteps[0]}, one run`,
      unit: "ms",
      better: "less",
      samples: earlyMs,
    }),
    toFigure({
      ...base,
      name: `step time before step ${plan.longSteps}, one run`,
      unit: "ms",
      better: "less",
      samples: lateMs,
    }),
    toFigure({
      ...base,
      name: `step time before step ${plan.longSteps} / after step ${plan.earlySteps[0]}`,
      unit: "x",
      better: "less",
      samples: lateMs.map((ms, round) => ms / (earlyMs[round] ?? Number.NaN)),
      budget: { of: "value", atMost: 1.2 },
    }),
  ];
}
