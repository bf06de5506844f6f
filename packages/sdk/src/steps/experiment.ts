// Ways to choose a variant for group.experiment. All are deterministic for a run, though the choice is remembered anyway.
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

export interface ExperimentConfig {
  readonly strategy: "fixed" | "weighted" | "bucket" | "custom";
  readonly weights?: Readonly<Record<string, number>>;
}

/** Chooses the variant of `group.experiment`; made by `experiment`. */
export interface ExperimentSelect {
  (names: readonly string[], facts: { readonly runId: string }): string | Promise<string>;
  readonly __experimentConfig: ExperimentConfig;
}

export interface ExperimentStrategies {
  /** Always this variant. */
  fixed(name: string): ExperimentSelect;
  /** Runs are spread over the variants by weight. */
  weighted(weights: Readonly<Record<string, number>>): ExperimentSelect;
  /** Equal values (such as a user's id) always get the same variant. */
  bucket(
    value: unknown,
    options?: { readonly weights?: Readonly<Record<string, number>> },
  ): ExperimentSelect;
  /** Your own choice. */
  custom(choose: (names: readonly string[]) => string | Promise<string>): ExperimentSelect;
}

/**
 * Ways to choose a variant for `group.experiment`.
 *
 * @example
 * const { result, variant } = await group.experiment("checkout-text", {
 *   variants: {
 *     short: () => step.run("mail-short", () => "short"),
 *     long: () => step.run("mail-long", () => "long"),
 *   },
 *   select: experiment.weighted({ short: 9, long: 1 }),
 * });
 */
export const experiment: ExperimentStrategies = {
  fixed: (name) => selection(() => name, { strategy: "fixed" }),
  weighted: (weights) => {
    const kept = checkedWeights(weights);
    return selection((_names, { runId }) => pick(fractionOf(runId), kept), {
      strategy: "weighted",
      weights: kept,
    });
  },
  bucket: (value, options) => {
    const weights = options?.weights === undefined ? undefined : checkedWeights(options.weights);
    const fraction = fractionOf(bucketText(value));
    return selection((names) => pick(fraction, weights ?? equalWeights(names)), {
      strategy: "bucket",
      ...(weights === undefined ? {} : { weights }),
    });
  },
  custom: (choose) => selection((names) => choose(names), { strategy: "custom" }),
};

function selection(
  choose: (names: readonly string[], facts: { readonly runId: string }) => string | Promise<string>,
  config: ExperimentConfig,
): ExperimentSelect {
  return Object.assign(choose, { __experimentConfig: config });
}

/** Equal values give equal texts; objects are compared by their JSON. */
function bucketText(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  return JSON.stringify(value) ?? "";
}

/** A number from 0 up to 1 that depends on nothing but the text. */
function fractionOf(text: string): number {
  const digest = sha256(utf8ToBytes(text));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0) / 2 ** 32;
}

/** Variants stand in the order of their names, so that the order of writing does not matter. */
function pick(fraction: number, weights: Readonly<Record<string, number>>): string {
  const entries = Object.entries(weights).toSorted(([a], [b]) => a.localeCompare(b));
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  let end = 0;
  for (const [name, weight] of entries) {
    end += weight / total;
    if (fraction < end) return name;
  }
  return entries.at(-1)?.[0] ?? "";
}

function checkedWeights(
  weights: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  let total = 0;
  for (const [name, weight] of Object.entries(weights)) {
    if (!Number.isFinite(weight) || weight < 0) {
      throw new Error(
        `The weight of the variant "${name}" is ${weight}: give it a number from 0 up.`,
      );
    }
    total += weight;
  }
  if (total > 0) return { ...weights };
  throw new Error("All weights of the experiment are 0: give at least one variant more.");
}

function equalWeights(names: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(names.map((name) => [name, 1]));
}
