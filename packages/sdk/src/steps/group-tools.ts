// `group`: several steps under one rule. `parallel` lets a race go on with its first result; `experiment` runs one of several
// variants, chosen once per run. Both mark the steps called inside their callbacks, so they need async context.
import {
  findScope,
  runInScope,
  type CallScope,
  type ExperimentMark,
} from "../execution/async-context.ts";
import { NonRetriableError } from "../errors.ts";
import type { ExperimentSelect } from "./experiment.ts";
import { runTool } from "./run-tool.ts";
import { readStepOptions, type StepOptionsOrId, type StepPort } from "./step-request.ts";
import { stepHash } from "../wire/step-hash.ts";

/** Options of `group.parallel`. */
export interface ParallelOptions {
  /** `race` (default): go on after the first result. `wait`: after all of them. */
  readonly mode?: "race" | "wait";
}

export interface ExperimentOptions<TVariants extends Readonly<Record<string, () => unknown>>> {
  readonly variants: TVariants;
  /** Made by `experiment.fixed/weighted/bucket/custom`. Called once per run. */
  readonly select: ExperimentSelect;
}

export interface ExperimentResult<T> {
  readonly result: T;
  readonly variant: string;
  readonly experimentRef: { readonly experimentName: string; readonly variant: string };
}

/** The `group` of a handler: several steps under one rule. Needs AsyncLocalStorage. */
export interface GroupTools {
  /** Steps called in the callback are reported as a group: `group.parallel(() => Promise.race([...]))`. */
  readonly parallel: {
    <T>(callback: () => Promise<T>): Promise<T>;
    <T>(options: ParallelOptions, callback: () => Promise<T>): Promise<T>;
  };
  /**
   * Runs one of the variants.
   * @throws NonRetriableError when `select` names no variant or the variant calls no step.
   */
  experiment<TVariants extends Readonly<Record<string, () => unknown>>>(
    id: StepOptionsOrId,
    options: ExperimentOptions<TVariants>,
  ): Promise<ExperimentResult<Awaited<ReturnType<TVariants[keyof TVariants]>>>>;
}

export function groupTools(port: StepPort): GroupTools {
  return {
    parallel: async <T>(
      first: ParallelOptions | (() => Promise<T>),
      second?: () => Promise<T>,
    ): Promise<T> => {
      const options = typeof first === "function" ? {} : first;
      const callback = typeof first === "function" ? first : second;
      if (callback === undefined) throw new Error("group.parallel was given no callback.");
      return runInScope(
        { ...getScope("parallel"), parallelMode: options.mode ?? "race" },
        callback,
      );
    },
    experiment: (id, options) => runExperiment(port, id, options) as never,
  };
}

async function runExperiment(
  port: StepPort,
  idOrOptions: StepOptionsOrId,
  options: ExperimentOptions<Readonly<Record<string, () => unknown>>>,
): Promise<ExperimentResult<unknown>> {
  const { id } = readStepOptions(idOrOptions);
  const names = Object.keys(options.variants);
  if (names.length === 0) throw new Error(`group.experiment "${id}" has no variants.`);
  const scope = getScope("experiment");
  const variant = await chooseVariant(port, { scope, idOrOptions, names, select: options.select });
  const body = options.variants[variant];
  if (body === undefined) {
    throw new NonRetriableError(
      `group.experiment "${id}" chose "${variant}" in this run, which is no longer among its variants: ${names.join(", ")}.`,
    );
  }
  let hasStep = false;
  const experiment: ExperimentMark = {
    experimentStepID: stepHash(id),
    experimentName: id,
    variant,
    selectionStrategy: options.select.__experimentConfig.strategy,
  };
  const onStep = (): void => {
    hasStep = true;
    scope.onStep?.();
  };
  const result = await runInScope({ ...scope, experiment, onStep }, async () => body());
  if (hasStep) return { result, variant, experimentRef: { experimentName: id, variant } };
  throw new NonRetriableError(
    `The variant "${variant}" of group.experiment "${id}" called no step, so it would run again on every call: wrap its work in step.run.`,
  );
}

interface Choice {
  readonly scope: CallScope;
  readonly idOrOptions: StepOptionsOrId;
  readonly names: readonly string[];
  readonly select: ExperimentSelect;
}

async function chooseVariant(port: StepPort, choice: Choice): Promise<string> {
  const { id } = readStepOptions(choice.idOrOptions);
  const { scope, names, select } = choice;
  let chosen: string | undefined;
  const run = runTool(port, "group.experiment", () =>
    chosen === undefined ? undefined : metadataOf(id, chosen, choice),
  );
  return run(choice.idOrOptions, async () => {
    const name = await runInScope({ ...(findScope() ?? scope), isSelecting: true }, async () =>
      select(names, { runId: scope.runId }),
    );
    if (!names.includes(name)) {
      throw new NonRetriableError(
        `The selection of group.experiment "${id}" gave "${name}", which is none of its variants: ${names.join(", ")}.`,
      );
    }
    chosen = name;
    return name;
  });
}

function metadataOf(id: string, variant: string, choice: Choice): readonly unknown[] {
  const config = choice.select.__experimentConfig;
  const values = {
    name: id,
    variant,
    selection_strategy: config.strategy,
    available_variants: choice.names,
    ...(config.weights === undefined ? {} : { variant_weights: config.weights }),
  };
  return [{ kind: "inngest.experiment", scope: "step", op: "set", values }];
}

function getScope(tool: string): CallScope {
  const scope = findScope();
  if (scope !== undefined) return scope;
  throw new Error(
    `group.${tool} was called outside of a function, or this runtime has no AsyncLocalStorage: pass { id, parallelMode } to each step instead.`,
  );
}
