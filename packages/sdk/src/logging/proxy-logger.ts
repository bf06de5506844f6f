// The logger of a handler: silent while remembered steps are replayed, so that a line appears once and not on every call; its
// children too. Everything that is not one of the four methods is passed on to the user's logger.
import type { Logger } from "../functions/definition.ts";

/** What the user's logger made as its child, heard when its parent is. Whatever is no logger stays as it is. */
let adopt: (parent: ProxyLogger, child: unknown, fields: unknown) => unknown;

/** Told of each line that is heard, with the fields of the children that wrote it, outermost first. */
export type LogSink = (
  level: keyof Logger,
  args: readonly unknown[],
  bindings: readonly object[],
) => void;

/** What a logger shares with its children. */
interface Hearing {
  isEnabled: boolean;
  readonly sink: LogSink | undefined;
}

/** A muted logger over another; `enable` makes it and its children heard. */
export class ProxyLogger implements Logger {
  readonly #target: Logger;
  readonly #isChild: boolean;
  readonly #hearing: Hearing;
  readonly #bindings: readonly object[];

  // No method: every name that a method could have is one that the user's logger may have too.
  static {
    adopt = (parent: ProxyLogger, child: unknown, fields: unknown): unknown => {
      if (typeof child !== "object" || child === null || !("info" in child)) return child;
      const isBound = typeof fields === "object" && fields !== null && !Array.isArray(fields);
      const bindings = isBound ? [...parent.#bindings, fields] : parent.#bindings;
      return new ProxyLogger(child as Logger, parent.#hearing, bindings);
    };
  }

  constructor(target: Logger, heard?: LogSink | Hearing, bindings: readonly object[] = []) {
    this.#target = target;
    this.#isChild = typeof heard === "object";
    this.#hearing = typeof heard === "object" ? heard : { isEnabled: false, sink: heard };
    this.#bindings = bindings;
    // Handlers reach the other members of their own logger through this one.
    return new Proxy(this, {
      get: (self, key) => readMember(self, target, key),
      // A child belongs to whoever made it, its level too; the handler's own logger is over one that all runs share.
      set: (self, key, value) => Reflect.set(self.#isChild ? target : self, key, value),
    });
  }

  info(...args: unknown[]): void {
    if (this.#hears("info", args)) this.#target.info(...args);
  }

  warn(...args: unknown[]): void {
    if (this.#hears("warn", args)) this.#target.warn(...args);
  }

  error(...args: unknown[]): void {
    if (this.#hears("error", args)) this.#target.error(...args);
  }

  debug(...args: unknown[]): void {
    // Some loggers have three levels only.
    if (this.#hears("debug", args)) this.#target.debug?.(...args);
  }

  /** Whether new work is done, whose lines are heard. */
  get isEnabled(): boolean {
    return this.#hearing.isEnabled;
  }

  enable(): void {
    this.#hearing.isEnabled = true;
  }

  disable(): void {
    this.#hearing.isEnabled = false;
  }

  /** Waits for the user's logger to write, if it can. */
  async flush(): Promise<void> {
    const { flush } = this.#target as { readonly flush?: unknown };
    if (typeof flush === "function") await flush.call(this.#target);
  }

  #hears(level: keyof Logger, args: readonly unknown[]): boolean {
    if (this.#hearing.isEnabled) this.#hearing.sink?.(level, args, this.#bindings);
    return this.#hearing.isEnabled;
  }
}

/** Methods keep their own object as `this`, which private fields need. */
function readMember(self: ProxyLogger, target: Logger, key: string | symbol): unknown {
  const owner: object = key in self ? self : target;
  const value: unknown = Reflect.get(owner, key, owner);
  if (key === "child" && typeof value === "function") {
    return (...args: unknown[]) => adopt(self, value.apply(target, args), args[0]);
  }
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
