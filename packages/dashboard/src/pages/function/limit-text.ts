// Limits in words.
import type { ControlAuditView, LimitSet } from "@everstep/api";

export type LimitName = keyof LimitSet;
type SomeLimits = ControlAuditView["after"]["overrides"];

export const LIMIT_TITLES: Readonly<Record<LimitName, string>> = {
  concurrency: "Concurrency",
  throttle: "Throttle",
  rateLimit: "Rate limit",
  debounce: "Debounce",
  retries: "Retries",
};

const SCOPES = { FN: "", ENV: " over the environment", ACCOUNT: " over the account" } as const;

/** "10 calls at a time by event.data.user", "5 starts per 1m"; "off" for what does not hold. */
export function limitText(name: LimitName, limits: SomeLimits): string {
  switch (name) {
    case "concurrency": {
      const rules = (limits.concurrency ?? []).filter(({ limit }) => limit > 0);
      return rules.length === 0 ? "off" : rules.map(concurrencyText).join("; ");
    }
    case "throttle": {
      const { throttle } = limits;
      if (throttle == null) return "off";
      const burst = throttle.burst > 0 ? `, ${throttle.burst} more at once` : "";
      return `${throttle.limit} ${throttle.limit === 1 ? "start" : "starts"} per ${throttle.period}${burst}${keyText(throttle.key)}`;
    }
    case "rateLimit": {
      const { rateLimit } = limits;
      if (rateLimit == null) return "off";
      return `${rateLimit.limit} ${rateLimit.limit === 1 ? "run" : "runs"} per ${rateLimit.period}, others are skipped${keyText(rateLimit.key)}`;
    }
    case "debounce": {
      const { debounce } = limits;
      if (debounce == null) return "off";
      const most = debounce.timeout === undefined ? "" : `, ${debounce.timeout} at most`;
      return `${debounce.period} after the last event${most}${keyText(debounce.key)}`;
    }
    case "retries":
      return `${limits.retries ?? 0}`;
  }
}

function concurrencyText(rule: LimitSet["concurrency"][number]): string {
  const one = rule.level === "FN" ? "run" : "step";
  const unit = rule.limit === 1 ? one : `${one}s`;
  return `${rule.limit} ${unit} at a time${keyText(rule.key)}${SCOPES[rule.scope]}`;
}

function keyText(key: string | undefined): string {
  return key === undefined ? "" : ` by ${key}`;
}
