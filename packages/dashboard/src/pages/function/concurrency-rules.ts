// The rules of a concurrency limit as the dialog edits them, and the patch that they come to. Pure; whether a rule may be, the
// server decides and says. Invariant: what is not edited is sent back as it was.
import type { LimitSet, LimitsPatch } from "@everstep/api";

type Rule = LimitSet["concurrency"][number];

export interface RuleTexts {
  /** Of the list, so that a rule stays itself while others come and go. */
  readonly id: number;
  readonly limit: string;
  /** STEP: calls that are out. FN: whole runs, from start to end. */
  readonly level: Rule["level"];
  readonly scope: Rule["scope"];
  readonly key: string;
}

/** As many as a function may have of each level. */
const MAX: Readonly<Record<Rule["level"], number>> = { STEP: 2, FN: 1 };

/** What the dialog begins with: the rules in force, or one to be filled in. Rules of "0: no limit" hold nothing back. */
export function ruleTextsOf({ concurrency }: LimitSet): readonly RuleTexts[] {
  const rules = concurrency.filter(({ limit }) => limit > 0);
  if (rules.length === 0) return [newRule([])];
  return rules.map(({ limit, level, scope, key = "" }, id) => ({
    id,
    limit: String(limit),
    level,
    scope,
    key,
  }));
}

export function mayAddRule(rules: readonly RuleTexts[]): boolean {
  return rules.length < MAX.STEP + MAX.FN;
}

/** One more, of the level that has room. */
export function newRule(rules: readonly RuleTexts[]): RuleTexts {
  const steps = rules.filter(({ level }) => level === "STEP").length;
  const id = rules.reduce((most, rule) => Math.max(most, rule.id + 1), 0);
  return { id, limit: "", level: steps < MAX.STEP ? "STEP" : "FN", scope: "FN", key: "" };
}

/** Whole runs are limited for their function alone. */
export function changedRule(rule: RuleTexts, part: Partial<RuleTexts>): RuleTexts {
  const next = { ...rule, ...part };
  return next.level === "FN" ? { ...next, scope: "FN" } : next;
}

/** Without a rule: switched off. */
export function concurrencyPatch(rules: readonly RuleTexts[]): LimitsPatch {
  if (rules.length === 0) return { concurrency: null };
  const steps = rules.filter(({ level }) => level === "STEP").map(wireOf);
  const runs = rules.filter(({ level }) => level === "FN").map(wireOf);
  return { concurrency: runs.length === 0 ? steps : { fn: runs, step: steps } };
}

function wireOf({ limit, scope, key }: RuleTexts): object {
  const expression = key.trim();
  return {
    limit: Number(limit),
    scope: scope.toLowerCase(),
    ...(expression !== "" && { key: expression }),
  };
}
