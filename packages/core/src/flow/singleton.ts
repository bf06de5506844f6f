// Singleton (server.md 4.7): one run of a function and key at a time, from its creation to its end. In mode `cancel` the newest
// always wins: the holder ends first, in the same batch.
import type { FunctionConfig } from "@everstep/protocol";
import type { Limiter, LimiterId } from "../model/flow.ts";

export type SingletonRule = NonNullable<FunctionConfig["singleton"]>;

export type SingletonStep =
  /** The lock is free, or `cancelFirst` makes it free. */
  | { readonly type: "run"; readonly cancelFirst?: string }
  | { readonly type: "skip"; readonly byRunId: string };

export function stepSingleton(rule: SingletonRule, lock: Limiter | undefined): SingletonStep {
  const holder = readHolder(lock);
  if (holder === undefined) return { type: "run" };
  if (rule.mode === "cancel") return { type: "run", cancelFirst: holder };
  return { type: "skip", byRunId: holder };
}

export function singletonId(functionId: string, key: string): LimiterId {
  return { kind: "singleton", functionId, key };
}

export function singletonLimiter(id: LimiterId, runId: string): Limiter {
  return { ...id, stateJson: JSON.stringify(runId) };
}

/** The run that holds a singleton lock. */
function readHolder(lock: Limiter | undefined): string | undefined {
  return lock === undefined ? undefined : (JSON.parse(lock.stateJson) as string);
}
