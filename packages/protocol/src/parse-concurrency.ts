// The four shapes of a function's `concurrency` (protocol.md 1.6) as one list of rules: a number, one object, an array, or
// `{fn: […], step: […]}`.
import {
  addConfigError,
  readCount,
  readExpression,
  readText,
  showValue,
  type ConfigReport,
  type Field,
} from "./config-report.ts";
import { foldKeys, isJsonObject, knownKeys } from "./fold-keys.ts";
import type { ConcurrencyRule, LimitScope } from "./function-config.ts";
import { LIMITS } from "./limits.ts";

type Level = ConcurrencyRule["level"];

const KEYS = knownKeys(["limit", "key", "scope", "fn", "step"]);
const SCOPES: ReadonlyMap<string, LimitScope> = new Map([
  ["fn", "fn"],
  ["env", "env"],
  ["account", "account"],
]);

/** The concurrency rules of a function; none when it sets none. */
export function parseConcurrency(value: unknown, report: ConfigReport): ConcurrencyRule[] {
  if (value === undefined || value === null) return [];
  if (isJsonObject(value)) {
    const raw = foldKeys(value, KEYS);
    if (raw["fn"] !== undefined || raw["step"] !== undefined) {
      return [
        ...parseList(raw["fn"], "fn", "concurrency.fn", report),
        ...parseList(raw["step"], "step", "concurrency.step", report),
      ];
    }
  }
  return parseList(value, "step", "concurrency", report);
}

function parseList(
  value: unknown,
  level: Level,
  name: string,
  report: ConfigReport,
): ConcurrencyRule[] {
  if (value === undefined || value === null) return [];
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const max = level === "fn" ? 1 : LIMITS.concurrencyRulesMax;
  if (items.length > max) {
    addConfigError(
      limitField(report, name),
      `has ${items.length} rules: at most ${max} fit${level === "fn" ? " for whole runs" : ""}.`,
    );
  }
  return items.flatMap((item, index) => {
    const place = Array.isArray(value) ? `${name}[${index}]` : name;
    return parseRule(item, level, place, report) ?? [];
  });
}

function parseRule(
  item: unknown,
  level: Level,
  name: string,
  report: ConfigReport,
): ConcurrencyRule | undefined {
  const source = typeof item === "number" ? { limit: item } : item;
  if (!isJsonObject(source)) {
    return addConfigError(
      limitField(report, name),
      `is ${showValue(item)}: it must be a number or an object with "limit".`,
    );
  }
  const raw = foldKeys(source, KEYS);
  const min = level === "fn" ? 1 : 0;
  const limit = readCount(raw["limit"] ?? 0, min, limitField(report, `${name}.limit`));
  const key = readExpression(raw["key"], { report, name: `${name}.key` });
  const scope = parseScope(raw["scope"], level, { report, name: `${name}.scope` });
  if (limit === undefined || scope === undefined) return undefined;
  if (scope !== "fn" && key === undefined) {
    return addConfigError(
      limitField(report, `${name}.key`),
      `is missing: a limit of scope "${scope}" needs a key expression, such as "event.data.account".`,
    );
  }
  return { limit, scope, level, ...(key !== undefined && { key }) };
}

function parseScope(value: unknown, level: Level, field: Field): LimitScope | undefined {
  const text = readText(value, field) ?? "fn";
  const scope = SCOPES.get(text.toLowerCase());
  if (scope !== undefined && (level === "step" || scope === "fn")) return scope;
  const choices = level === "fn" ? '"fn"' : '"fn", "env" or "account"';
  return addConfigError(field, `is ${showValue(value)}: it must be ${choices}.`);
}

function limitField(report: ConfigReport, name: string): Field {
  return { report, name, code: "concurrency_limit_invalid" };
}
