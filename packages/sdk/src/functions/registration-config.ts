// The registration JSON of a function (protocol.md 1.6): the keys, their order and their texts are those of the official SDKs,
// so that servers and checksums see no difference. A failure handler is a second function.
import { durationMsOf, timeText, type DurationInput, type TimeInput } from "../wire/duration.ts";
import type { BaseFunctionOptions, Cancellation } from "./function-options.ts";
import type { NormalTrigger } from "./triggers.ts";

/** The registration of one function; `undefined` members vanish in JSON. */
export interface FunctionConfig {
  id: string;
  name: string;
  triggers: (
    | { event: string; expression?: string | undefined }
    | { cron: string; jitter?: string }
  )[];
  steps: {
    step: {
      id: "step";
      name: "step";
      runtime: { type: "http" | "ws"; url: string };
      retries?: { attempts: number } | undefined;
    };
  };
  idempotency?: unknown;
  batchEvents?: unknown;
  rateLimit?: unknown;
  throttle?: unknown;
  concurrency?: unknown;
  debounce?: unknown;
  priority?: unknown;
  timeouts?: unknown;
  singleton?: unknown;
  cancel?: { event: string; timeout?: string; if?: string }[];
}

/** What a configuration is made of. */
export interface ConfigSource {
  readonly id: string;
  readonly name: string;
  readonly triggers: readonly NormalTrigger[];
  readonly options: BaseFunctionOptions;
  readonly retries: number | undefined;
  readonly hasFailureHandler: boolean;
}

/** Where and under which app the function is served. */
export interface ConfigPlace {
  readonly baseUrl: URL;
  /** The app's id, put in front of the function's. */
  readonly appPrefix: string;
  /** True for connect workers. */
  readonly isConnect?: boolean;
}

const INVOKED = "inngest/function.invoked";

/** The configuration of a function, and of its failure handler when it has one. */
export function toFunctionConfigs(source: ConfigSource, place: ConfigPlace): FunctionConfig[] {
  const id = [place.appPrefix, source.id].filter(Boolean).join("-");
  const { options } = source;
  const config: FunctionConfig = {
    id,
    name: source.name,
    triggers: toTriggerConfigs(source.triggers),
    steps: toStepConfig(id, place, source.retries, place.isConnect === true ? "ws" : "http"),
    idempotency: options.idempotency,
    batchEvents: withDurations(options.batchEvents, ["timeout"], goDurationText),
    rateLimit: withDurations(options.rateLimit, ["period"]),
    throttle: withDurations(options.throttle, ["period"]),
    concurrency: options.concurrency,
    debounce: withDurations(options.debounce, ["period", "timeout"]),
    priority: options.priority,
    timeouts: withDurations(options.timeouts, ["start", "finish"]),
    singleton: options.singleton,
  };
  if (options.cancelOn !== undefined) config.cancel = options.cancelOn.map(toCancelConfig);
  if (!source.hasFailureHandler) return [config];
  return [config, toFailureConfig(config, place)];
}

function toFailureConfig(config: FunctionConfig, place: ConfigPlace): FunctionConfig {
  const id = `${config.id}-failure`;
  return {
    id,
    name: `${config.name} (failure)`,
    triggers: [
      {
        event: "inngest/function.failed",
        expression: `event.data.function_id == '${config.id}'`,
      },
    ],
    steps: toStepConfig(id, place, 1, "http"),
  };
}

function toStepConfig(
  id: string,
  place: ConfigPlace,
  retries: number | undefined,
  type: "http" | "ws",
): FunctionConfig["steps"] {
  const url = new URL(place.baseUrl.href);
  url.searchParams.set("fnId", id);
  url.searchParams.set("stepId", "step");
  return {
    step: {
      id: "step",
      name: "step",
      runtime: { type, url: url.href },
      retries: retries === undefined ? undefined : { attempts: retries },
    },
  };
}

/** Every function can be invoked, so a trigger for it says nothing; alternatives of schemas are one trigger. */
function toTriggerConfigs(triggers: readonly NormalTrigger[]): FunctionConfig["triggers"] {
  const configs = new Map<string, FunctionConfig["triggers"][number]>();
  for (const trigger of triggers) {
    if (trigger.cron !== undefined) {
      const jitter = trigger.jitter === undefined ? {} : { jitter: trigger.jitter };
      configs.set(`cron ${trigger.cron}`, { cron: trigger.cron, ...jitter });
    } else if (trigger.event !== INVOKED) {
      const key = JSON.stringify([trigger.event, trigger.if]);
      configs.set(key, { event: trigger.event, expression: trigger.if });
    }
  }
  return [...configs.values()];
}

function toCancelConfig(rule: Cancellation): { event: string; timeout?: string; if?: string } {
  const event = typeof rule.event === "string" ? rule.event : rule.event.name;
  const config: { event: string; timeout?: string; if?: string } = { event };
  if (rule.timeout !== undefined) {
    config.timeout = wireText(rule.timeout, `The "timeout" of cancelOn "${event}"`);
  }
  const conditions = [
    ...(rule.match ? [`event.${rule.match} == async.${rule.match}`] : []),
    ...(rule.if ? [rule.if] : []),
  ];
  // Official SDKs drop `if` when `match` is there; both were meant (R4).
  if (conditions.length > 1) config.if = conditions.map((each) => `(${each})`).join(" && ");
  else if (conditions[0] !== undefined) config.if = conditions[0];
  return config;
}

function withDurations<T extends object>(
  option: T | undefined,
  keys: readonly (keyof T & string)[],
  format: (duration: DurationInput, what: string) => string = wireText,
): object | undefined {
  if (option === undefined) return undefined;
  const formatted: Record<string, unknown> = { ...(option as Record<string, unknown>) };
  for (const key of keys) {
    const value = option[key];
    if (value !== undefined) formatted[key] = format(value as DurationInput, `"${key}"`);
  }
  return formatted;
}

/** A text that is in the wire's form already stays as it is, byte for byte. */
function wireText(time: TimeInput, what: string): string {
  const isWireForm = typeof time === "string" && /^(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?$/.test(time);
  return isWireForm && time !== "" ? time : timeText(time, what);
}

/** Go's units only (h, m, s), which batch timeouts are limited to: "1d" becomes "24h". */
function goDurationText(duration: DurationInput, what: string): string {
  if (typeof duration === "string" && /^(\d+h)?(\d+m)?\d+[hms]$/.test(duration)) return duration;
  const seconds = Math.ceil(durationMsOf(duration, what) / 1_000);
  const parts = [
    [Math.floor(seconds / 3_600), "h"],
    [Math.floor((seconds % 3_600) / 60), "m"],
    [seconds % 60, "s"],
  ] as const;
  const text = parts.map(([count, unit]) => (count > 0 ? `${count}${unit}` : "")).join("");
  return text === "" ? "0s" : text;
}
