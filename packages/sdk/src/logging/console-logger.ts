// The default logger: the console with a level. Takes both orders of arguments, message first and fields first (R20), and
// always prints the message first.
import type { Logger } from "../functions/definition.ts";
import { messageFirst } from "./message-first.ts";

const RANKS = { debug: 0, info: 1, warn: 2, error: 3, fatal: 3, silent: 4 } as const;

/** Least level that a ConsoleLogger prints; `silent` prints nothing. */
export type LogLevel = keyof typeof RANKS;

/**
 * Prints to the console from a level on, message first in both orders of arguments.
 *
 * @example
 * const inngest = new Everstep({ id: "shop", logger: new ConsoleLogger({ level: "warn" }) });
 */
export class ConsoleLogger implements Logger {
  readonly level: LogLevel;

  /** @param options.level Lines below it are dropped. Default: `info`. */
  constructor(options: { readonly level?: LogLevel } = {}) {
    const { level = "info" } = options;
    this.level = Object.hasOwn(RANKS, level) ? level : "info";
  }

  info(...args: unknown[]): void {
    if (this.#isHeard("info")) console.info(...messageFirst(args));
  }

  warn(...args: unknown[]): void {
    if (this.#isHeard("warn")) console.warn(...messageFirst(args));
  }

  error(...args: unknown[]): void {
    if (this.#isHeard("error")) console.error(...messageFirst(args));
  }

  debug(...args: unknown[]): void {
    if (this.#isHeard("debug")) console.debug(...messageFirst(args));
  }

  #isHeard(level: keyof Logger): boolean {
    return RANKS[level] >= RANKS[this.level];
  }
}

/** A logger of which only the lines of a level and above are heard; all of them when there is no such level. */
export function atLevel(logger: Logger, level: string | undefined): Logger {
  if (level === undefined || !Object.hasOwn(RANKS, level)) return logger;
  const lowest = RANKS[level as LogLevel];
  const line = (name: keyof Logger): Logger["info"] =>
    RANKS[name] >= lowest ? (...args) => logger[name](...args) : () => {};
  return { info: line("info"), warn: line("warn"), error: line("error"), debug: line("debug") };
}
