// The fields of each limit that is one rule, and the patch that their texts come to; concurrency has its own
// (concurrency-rules.ts). Pure; whether a value may be, the server decides and says.
import type { LimitSet, LimitsPatch } from "@everstep/api";
import type { LimitName } from "./limit-text.ts";

export type SingleLimitName = Exclude<LimitName, "concurrency">;

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

const FIELDS: Readonly<Record<SingleLimitName, readonly LimitField[]>> = {
  throttle: [LIMIT, PERIOD, { id: "burst", title: "Burst", isNumber: true, isOptional: true }, KEY],
  rateLimit: [LIMIT, PERIOD, KEY],
  debounce: [PERIOD, { id: "timeout", title: "At most", hint: "1h", isOptional: true }, KEY],
  retries: [{ id: "retries", title: "Retries", isNumber: true }],
};

export function fieldsOf(name: SingleLimitName): readonly LimitField[] {
  return FIELDS[name];
}

/** What the fields hold to begin with: the limit in force. */
export function textsOf(name: SingleLimitName, limits: LimitSet): FieldTexts {
  if (name === "retries") return { retries: String(limits.retries) };
  const rule: object = limits[name] ?? {};
  return Object.fromEntries(Object.entries(rule).map(([id, value]) => [id, String(value)]));
}

/** What is left out stays as it is in a rule that there is, so a field that was emptied is sent as null. */
export function patchOf(name: SingleLimitName, limits: LimitSet, texts: FieldTexts): LimitsPatch {
  if (name === "retries") return { retries: Number(texts["retries"]) };
  const before: object = limits[name] ?? {};
  const rule: Record<string, string | number | null> = {};
  for (const { id, isNumber } of FIELDS[name]) {
    const text = texts[id]?.trim() ?? "";
    if (text !== "") rule[id] = isNumber === true ? Number(text) : text;
    else if (id in before) rule[id] = null;
  }
  return { [name]: rule };
}

/** Switched off; retries have no such state. */
export function offPatch(name: LimitName): LimitsPatch | undefined {
  return name === "retries" ? undefined : { [name]: null };
}
