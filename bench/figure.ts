// A figure: one measured value with what it is judged by. The budget is DESIGN's; the ceiling is of the same run.
import { median } from "./statistics.ts";

export type Verdict = "ok" | "below" | "no budget";

export interface Budget {
  /** What the budget bounds: the value itself, or its share of the ceiling. */
  readonly of: "value" | "ratio";
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Share of the SDK's own speed that every row with an official SDK must reach. */
export const SDK_BUDGET: Budget = { of: "ratio", atLeast: 0.6 };

export interface Usage {
  readonly engineCpuMsPerOp?: number;
  readonly appCpuMsPerOp?: number;
  readonly engineRssMb?: number;
}

export interface Figure extends Usage {
  readonly workload: string;
  readonly name: string;
  readonly unit: string;
  /** Median of the rounds. */
  readonly value: number;
  readonly samples: readonly number[];
  /** The same without an engine: median of the rounds between which the engine's rounds lie. */
  readonly ceiling?: number;
  /** How much of the ceiling is reached; 1 is the ceiling, whether more or less is better. Median of the rounds. */
  readonly ratio?: number;
  readonly budget?: Budget;
  readonly verdict: Verdict;
  readonly note?: string;
}

export interface Measurement {
  readonly workload: string;
  readonly name: string;
  readonly unit: string;
  readonly samples: readonly number[];
  /** One for each sample. */
  readonly ceilings?: readonly number[];
  readonly better: "more" | "less";
  readonly budget?: Budget;
  readonly usage?: Usage;
  readonly note?: string;
}

export function toFigure(measured: Measurement): Figure {
  const { workload, name, unit, samples, ceilings, budget, note } = measured;
  const value = median(samples);
  const ratios = ceilings?.map((ceiling, round) => ratioOf(measured, samples[round], ceiling));
  const ratio = ratios === undefined ? undefined : median(ratios);
  return {
    workload,
    name,
    unit,
    value,
    samples,
    ...(ceilings === undefined ? {} : { ceiling: median(ceilings) }),
    ...(ratio === undefined ? {} : { ratio }),
    ...(budget === undefined ? {} : { budget }),
    verdict: judge(budget, value, ratio),
    ...measured.usage,
    ...(note === undefined ? {} : { note }),
  };
}

function ratioOf({ better }: Measurement, sample: number | undefined, ceiling: number): number {
  if (sample === undefined) throw new Error("ceilings: there are more of them than samples");
  return better === "more" ? sample / ceiling : ceiling / sample;
}

function judge(budget: Budget | undefined, value: number, ratio: number | undefined): Verdict {
  if (budget === undefined) return "no budget";
  const judged = budget.of === "value" ? value : ratio;
  if (judged === undefined) throw new Error("budget: of the ratio, but there is no ceiling");
  const isKept = judged >= (budget.atLeast ?? -Infinity) && judged <= (budget.atMost ?? Infinity);
  return isKept ? "ok" : "below";
}
