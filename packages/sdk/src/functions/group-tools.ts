// The types of `group`: parallel steps that race, and experiments. The behaviour is in steps/.
import type { StepOptionsOrId } from "../steps/step-request.ts";

/** Options of `group.parallel`. */
export interface ParallelOptions {
  /** `race`: each step continues the run on its own, so `Promise.race` settles with the first. */
  mode?: "race";
}

/** Picks the variant of an experiment; made by `experiment.fixed`, `.weighted`, `.bucket` or `.custom`. */
export interface ExperimentSelect {
  (variantNames?: string[]): Promise<string> | string;
}

/** Refers to the chosen variant of an experiment, to attribute scores to it. */
export interface ExperimentRef {
  readonly [key: string]: unknown;
}

/** Runs one of several variants, chosen once per run. */
export type GroupExperiment = <TVariants extends Record<string, () => unknown>>(
  idOrOptions: StepOptionsOrId,
  options: { variants: TVariants; select: ExperimentSelect },
) => Promise<{
  result: Awaited<ReturnType<TVariants[keyof TVariants]>>;
  variant: keyof TVariants & string;
  experimentRef: ExperimentRef;
}>;

/**
 * Tools for groups of steps.
 *
 * @example
 * const first = await group.parallel({ mode: "race" }, () =>
 *   Promise.race([step.run("a", loadA), step.run("b", loadB)]),
 * );
 */
export interface GroupTools {
  parallel<T>(callback: () => Promise<T>): Promise<T>;
  parallel<T>(options: ParallelOptions, callback: () => Promise<T>): Promise<T>;
  experiment: GroupExperiment;
}
