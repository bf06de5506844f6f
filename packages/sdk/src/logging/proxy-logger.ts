// The logger of a handler: silent while remembered steps are replayed, so that a line appears once and not on every call.
// Everything that is not one of the four methods is passed on to the user's logger.
import type { Logger } from "../functions/definition.ts";

/** Told of each line that is heard. */
export type LogSink = (level: keyof Logger, args: readonly unknown[]) => void;

/** A muted logger over another; `enable` makes it heard. */
export class ProxyLogger implements Logger {
  readonly #target: Logger;
  readonly #sink: LogSink | undefined;
  #isEnabled = false;

  constructor(target: Logger, sink?: LogSink) {
    this.#target = target;
    this.#sink = sink;
    // Handlers reach the other members of their own logger through this one.
    return new Proxy(this, { get: (self, key) => readMember(self, target, key) });
  }

  info(...args: unknown[]): void {
    if (!this.#isEnabled) return;
    this.#sink?.("info", args);
    this.#target.info(...args);
  }

  warn(...args: unknown[]): void {
    if (!this.#isEnabled) return;
    this.#sink?.("warn", args);
    this.#target.warn(...args);
  }

  error(...args: unknown[]): void {
    if (!this.#isEnabled) return;
    this.#sink?.("error", args);
    this.#target.error(...args);
  }

  debug(...args: unknown[]): void {
    if (!this.#isEnabled) return;
    this.#sink?.("debug", args);
    // Some loggers have three levels only.
    if (typeof this.#target.debug === "function") this.#target.debug(...args);
  }

  /** Whether new work is done, whose lines are heard. */
  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  enable(): void {
    this.#isEnabled = true;
  }

  disable(): void {
    this.#isEnabled = false;
  }

  /** Waits for the user's logger to write, if it can. */
  async flush(): Promise<void> {
    const { flush } = this.#target as { readonly flush?: unknown };
    if (typeof flush === "function") await flush.call(this.#target);
  }
}

/** Methods keep their own object as `this`, which private fields need. */
function readMember(self: ProxyLogger, target: Logger, key: string | symbol): unknown {
  const owner: object = key in self ? self : target;
  const value: unknown = Reflect.get(owner, key, owner);
  return typeof value === "function" && key !== "constructor" ? value.bind(owner) : value;
}

/** The user's logger for one call, with what identifies the call where the library can carry it. */
export function childLogger(logger: Logger, fields: Readonly<Record<string, unknown>>): Logger {
  const { child } = logger as { readonly child?: unknown };
  if (typeof child !== "function") return logger;
  try {
    return child.call(logger, fields) as Logger;
  } catch {
    return logger;
  }
}
