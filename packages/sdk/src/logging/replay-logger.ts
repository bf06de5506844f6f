// The logger of a handler: silent while remembered steps are replayed, so that a line appears once and not on every call.
// Everything that is not one of the four methods is passed on to the user's logger.
import type { Logger } from "../functions/definition.ts";

export interface ReplayLogger extends Logger {
  unmute(): void;
  /** Waits for the user's logger to write, if it can. */
  flush(): Promise<void>;
}

/** A muted logger over the user's. */
export function createReplayLogger(target: Logger): ReplayLogger {
  let isMuted = true;
  const pass =
    (level: keyof Logger) =>
    (...args: unknown[]): void => {
      if (!isMuted) target[level](...args);
    };
  const own: ReplayLogger = {
    info: pass("info"),
    warn: pass("warn"),
    error: pass("error"),
    debug: pass("debug"),
    unmute: () => {
      isMuted = false;
    },
    flush: async () => {
      const { flush } = target as { readonly flush?: unknown };
      if (typeof flush === "function") await flush.call(target);
    },
  };
  return new Proxy(own, {
    get: (members, key) => {
      if (Object.hasOwn(members, key)) return members[key as keyof ReplayLogger];
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
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
