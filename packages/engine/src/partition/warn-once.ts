// Tells people what is wrong with a function's rules without telling it for every event.
import type { FunctionRecord } from "@everstep/core";
import type { Log } from "../ports.ts";

/** Texts remembered; beyond that some are told again. */
const TEXTS_MAX = 1_000;

export function createWarnOnce(log: Log): (fn: FunctionRecord, message: string) => void {
  const told = new Set<string>();
  return (fn, message) => {
    const text = `${fn.id} ${fn.version} ${message}`;
    if (told.has(text)) return;
    if (told.size >= TEXTS_MAX) told.clear();
    told.add(text);
    log({ level: "warn", message, fields: { function: fn.config.slug } });
  };
}
