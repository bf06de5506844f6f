// Draws programs: a few steps each, of every kind, with parallel groups, loops and errors, bounded in size and in what they
// may set off.
import type { Dice } from "../dice.ts";
import type { MatchRule, Program, ProgramNode, RunNode, WaitNode } from "./program.ts";

export interface ProgramFacts {
  /** Names of events that clients send. */
  readonly eventNames: readonly string[];
  readonly signals: readonly string[];
  /** Slugs that may be invoked. */
  readonly slugs: readonly string[];
}

/** Nesting of groups, loops and try blocks. */
const LEVEL_MAX = 2;

export function makeProgram(dice: Dice, facts: ProgramFacts): Program {
  let count = 0;
  const newId = (): string => `s${(count += 1)}`;

  const sequence = (level: number, countMax: number): Program =>
    Array.from({ length: dice.int(1, countMax) }, () => node(level));

  const runNode = (): RunNode => ({
    kind: "run",
    id: newId(),
    durationMs: dice.chance(0.05) ? dice.int(5_000, 40_000) : dice.int(0, 400),
    failures: dice.chance(0.25) ? dice.int(1, 3) : 0,
    isFinal: dice.chance(0.06),
    ...(dice.chance(0.1) ? { retryAfterS: dice.int(1, 20) } : {}),
  });

  const waitNode = (): WaitNode => ({
    kind: "wait",
    id: newId(),
    event: dice.pick(facts.eventNames),
    timeoutMs: dice.chance(0.1) ? 0 : dice.int(500, 240_000),
    match: makeMatchRule(dice),
  });

  const leaf = (): ProgramNode => {
    const roll = dice.random();
    if (roll < 0.5) return runNode();
    if (roll < 0.62) {
      return { kind: "sleep", id: newId(), ms: dice.int(0, 120_000), isDate: dice.chance(0.3) };
    }
    if (roll < 0.76) return waitNode();
    if (roll < 0.84 && facts.slugs.length > 0) {
      const timeout = dice.chance(0.5) ? { timeoutMs: dice.int(1_000, 120_000) } : {};
      return { kind: "invoke", id: newId(), slug: dice.pick(facts.slugs), ...timeout };
    }
    if (roll < 0.9) {
      const events = Array.from({ length: dice.int(1, 3) }, () => ({
        name: dice.pick(facts.eventNames),
        n: dice.int(0, 9),
      }));
      return { kind: "send", id: newId(), events };
    }
    if (roll < 0.96) {
      return {
        kind: "signal",
        id: newId(),
        signal: dice.pick(facts.signals),
        timeoutMs: dice.int(1_000, 120_000),
        conflict: dice.pick(["fail", "replace"]),
      };
    }
    return { kind: "throw", id: newId(), times: dice.int(1, 2), isRetriable: dice.chance(0.8) };
  };

  const group = (level: number): ProgramNode => {
    const roll = dice.random();
    if (roll < 0.6) {
      return {
        kind: "parallel",
        join: dice.pick(["all", "settled", "settled", "race"]),
        isRaceMode: dice.chance(0.3),
        branches: Array.from({ length: dice.int(2, 3) }, () => sequence(level + 1, 2)),
      };
    }
    if (roll < 0.8) {
      return { kind: "loop", times: dice.int(2, 3), body: sequence(level + 1, 2) };
    }
    return { kind: "try", body: sequence(level + 1, 2), handler: sequence(level + 1, 1) };
  };

  const node = (level: number): ProgramNode =>
    level < LEVEL_MAX && dice.chance(0.25) ? group(level) : leaf();

  return dice.chance(0.05) ? [] : sequence(0, 5);
}

export function makeMatchRule(dice: Dice): MatchRule {
  const value = dice.int(0, 8);
  return dice.pick<MatchRule>([
    { form: "any" },
    { form: "same_k" },
    { form: "same_k" },
    { form: "n_above", value },
    { form: "same_k_and_n_above", value },
  ]);
}
