// The fields of each limit in the dialog that changes it, and the patch that their texts come to. Pure; whether a value may
// be, the server decides and says.
import type { LimitSet, LimitsPatch } from "@everstep/api";
import type { LimitName } from "./limit-text.ts";

export interface LimitField {
  readonly id: string;
  readonly title: string;
  readonly hint?: string;
  readonly isNumber?: boolean;
  /** May be left empty. */
  readonly isOptional?: boolean;
}

export type FieldTexts = Readonly<Record<string, string>>;

const LIMIT: LimitField = { id: "limit", title: "Limit", isNumber: true };
const PERIOD: LimitField = { id: "period", title: "Period", hint: "10s, 5m, 1h" };
const KEY: LimitField = { id: "key", title: "Key", hint: "event.data.userId", isOptional: true };

const FIELDS: Readonly<Record<Exclude<LimitName, "concurrency">, readonly LimitField[]>> = {
  throttle: [LIMIT, PERIOD, { id: "burst", title: "Burst", isNumber: true, isOptional: true }, KEY],
  rateLimit: [LIMIT, PERIOD, KEY],
  debounce: [PERIOD, { id: "timeout", title: "At most", hint: "1h", isOptional: true }, KEY],
  retries: [{ id: "retries", title: "Retries", isNumber: true }],
};

/** Concurrency has a number for each of its rules, which keep their keys and scopes. */
export function fieldsOf(name: LimitName, limits: LimitSet): readonly LimitField[] {
  if (name !== "concurrency") return FIELDS[name];
  const { concurrency } = limits;
  if (concurrency.length < 2) return [LIMIT, KEY];
  return concurrency.map(({ key, scope }, index) => ({
    id: `limit${index}`,
    title: `Limit by ${key ?? scope.toLowerCase()}`,
    isNumber: true,
  }));
}

/** What the fields hold to begin with: the limit in force. */
export function textsOf(name: LimitName, limits: LimitSet): FieldTexts {
  if (name === "retries") return { retries: String(limits.retries) };
  if (name === "concurrency") {
    const { concurrency } = limits;
    if (concurrency.length < 2) {
      const [rule] = concurrency;
      return { limit: rule === undefined ? "" : String(rule.limit), key: rule?.key ?? "" };
    }
    return Object.fromEntries(
      concurrency.map(({ limit }, index) => [`limit${index}`, String(limit)]),
    );
  }
  const rule: object = limits[name] ?? {};
  return Object.fromEntries(Object.entries(rule).map(([id, value]) => [id, String(value)]));
}

export function patchOf(name: LimitName, limits: LimitSet, texts: FieldTexts): LimitsPatch {
  if (name === "retries") return { retries: Number(texts["retries"]) };
  if (name === "concurrency") return { concurrency: concurrencyOf(limits.concurrency, texts) };
  const rule: Record<string, string | number> = {};
  for (const { id, isNumber } of FIELDS[name]) {
    const text = texts[id]?.trim() ?? "";
    if (text !== "") rule[id] = isNumber === true ? Number(text) : text;
  }
  return { [name]: rule };
}

/** Switched off; retries have no such state. */
export function offPatch(name: LimitName): LimitsPatch | undefined {
  return name === "retries" ? undefined : { [name]: null };
}

function concurrencyOf(rules: LimitSet["concurrency"], texts: FieldTexts): object[] {
  if (rules.length < 2) {
    const key = texts["key"]?.trim() ?? "";
    const scope = (rules[0]?.scope ?? "FN").toLowerCase();
    return [{ limit: Number(texts["limit"]), scope, ...(key !== "" && { key }) }];
  }
  return rules.map(({ key, scope }, index) => ({
    limit: Number(texts[`limit${index}`]),
    scope: scope.toLowerCase(),
    ...(key !== undefined && { key }),
  }));
}
