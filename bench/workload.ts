// What a workload is: a name, a sentence, and a run that measures. Sizes bound every workload in count; waits are bounded in
// time by the processes they wait for.
import type { Figure } from "./figure.ts";
import type { Stage } from "./stage.ts";

/** `tiny` checks that a workload works; `quick` takes seconds; `full` is what budgets speak of. */
export type Size = "tiny" | "quick" | "normal" | "full";

export interface BenchContext {
  readonly size: Size;
  /** How often ceiling and engine are measured in turn. */
  readonly rounds: number;
  /** Standing runs are put into the store instead of being sent and called: a million of them would take too long. */
  readonly isSeeding: boolean;
  /** Gives a workload its processes, and takes them away at its end. */
  readonly withStage: <T>(work: (stage: Stage) => Promise<T>) => Promise<T>;
  /** Progress, for people. */
  readonly say: (text: string) => void;
}

export interface Workload {
  readonly name: string;
  readonly summary: string;
  readonly run: (context: BenchContext) => Promise<readonly Figure[]>;
}

export type BySize = Readonly<Record<Size, number>>;
