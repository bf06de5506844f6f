// Any logger, silent where the handler's own is (R19): an imported logger would otherwise repeat its lines each time the function is
// started again to go on.
import { findScope } from "../execution/async-context.ts";

/** Methods that write a line, of the usual libraries. Others are left alone. */
const LINE_METHODS: ReadonlySet<string | symbol> = new Set(
  (
    "trace debug verbose silly info http notice success log dir table " +
    "warn warning error crit critical alert emerg fatal"
  ).split(" "),
);

/**
 * Whether the running code repeats what was done in an earlier call of its run. False inside of steps and outside of functions. Needs
 * AsyncLocalStorage; where the platform has none, read `replaying` of the handler's context.
 */
export function isReplaying(): boolean {
  return findScope()?.isReplaying?.() === true;
}

/**
 * The logger (pino, winston, console, any other), silent while steps that are done are replayed, so that each line appears once per
 * run. Its children are wrapped too.
 *
 * @example
 * export const logger = wrapLogger(pino());
 */
export function wrapLogger<T extends object>(logger: T): T {
  return new Proxy(logger, {
    get(target, name): unknown {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      if (name === "child") {
        return (...args: unknown[]) => {
          const child: unknown = member.apply(target, args);
          return typeof child === "object" && child !== null ? wrapLogger(child) : child;
        };
      }
      if (!LINE_METHODS.has(name)) return member.bind(target) as unknown;
      return (...args: unknown[]) => (isReplaying() ? undefined : member.apply(target, args));
    },
  });
}
