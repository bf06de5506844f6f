// Pause, limits and audit of a function as text, from the answers of REST v2, which are read with care.
import { asObject } from "./api-client.ts";
import { printable } from "./printable.ts";
import { tableText } from "./table.ts";
import { timeText } from "./time-text.ts";

const NAMES = ["concurrency", "throttle", "rateLimit", "debounce", "retries"] as const;

/** `shop-order is paused since 2026-03-01 09:00:00`. */
export function stateText(controls: Record<string, unknown>): string {
  const slug = printable(String(controls["functionSlug"]));
  const since = controls["pausedAt"];
  return typeof since === "string"
    ? `${slug} is paused since ${timeText(Date.parse(since))}`
    : `${slug} is active`;
}

export function limitsText(controls: Record<string, unknown>): string {
  const limits = asObject(controls["limits"]);
  const code = asObject(controls["code"]);
  const overridden = list(controls["overridden"]).map(String);
  const rows = NAMES.map((name) => {
    const isSet = overridden.includes(name);
    return [
      name,
      limitText(limits[name]),
      isSet ? "set here" : "code",
      isSet ? limitText(code[name]) : "",
    ].map(printable);
  });
  const back =
    overridden.length === 0
      ? ""
      : `\nBack to the code's: everstep limits ${printable(String(controls["functionSlug"]))} --set ${printable(overridden[0] ?? "")}=code\n`;
  return `${stateText(controls)}\n\n${tableText(["LIMIT", "IN FORCE", "FROM", "IN CODE"], rows)}\n${back}`;
}

export function auditText(slug: string, audits: readonly unknown[]): string {
  if (audits.length === 0) {
    return `Nobody has paused ${printable(slug)} or changed its limits.\n`;
  }
  const rows = audits
    .map(asObject)
    .map((audit) => [
      timeText(Date.parse(String(audit["at"]))),
      printable(String(audit["actor"])),
      changeText(asObject(audit["before"]), asObject(audit["after"])),
    ]);
  return `${tableText(["AT", "BY", "CHANGE"], rows)}\n`;
}

/** `paused`, `resumed`, or each limit that changed. */
function changeText(before: Record<string, unknown>, after: Record<string, unknown>): string {
  const wasPaused = typeof before["pausedAt"] === "string";
  const isPaused = typeof after["pausedAt"] === "string";
  const [old, set] = [asObject(before["overrides"]), asObject(after["overrides"])];
  const changed = NAMES.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(set[name]));
  const limits = changed.map(
    (name) => `${name} ${overrideText(old, name)} -> ${overrideText(set, name)}`,
  );
  const state = wasPaused === isPaused ? [] : [isPaused ? "paused" : "resumed"];
  return printable([...state, ...limits].join("; "));
}

function overrideText(overrides: Record<string, unknown>, name: string): string {
  return name in overrides ? limitText(overrides[name]) : "as in code";
}

/** `5`, `10 per 1m, burst 2, key event.data.user`, `none`. */
function limitText(limit: unknown): string {
  if (Array.isArray(limit)) {
    return limit.length === 0 ? "none" : limit.map((rule) => ruleText(asObject(rule))).join(" + ");
  }
  if (typeof limit === "number") {
    return String(limit);
  }
  return typeof limit === "object" && limit !== null ? ruleText(asObject(limit)) : "none";
}

function ruleText(rule: Record<string, unknown>): string {
  const { limit, period, burst, timeout, key } = rule;
  const [scope, level] = [plain(rule["scope"]), plain(rule["level"])].map((word) =>
    word.toLowerCase(),
  );
  const head =
    limit === undefined
      ? `after ${plain(period)}`
      : `${plain(limit)}${period === undefined ? "" : ` per ${plain(period)}`}`;
  const facts = [
    head,
    typeof burst === "number" && burst > 0 ? `burst ${burst}` : undefined,
    typeof timeout === "string" ? `at most ${timeout}` : undefined,
    typeof key === "string" ? `key ${key}` : undefined,
    scope === "env" || scope === "account" ? `scope ${scope}` : undefined,
    level === "fn" ? "whole runs" : undefined,
  ];
  return facts.filter((fact) => fact !== undefined).join(", ");
}

function plain(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "?";
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
