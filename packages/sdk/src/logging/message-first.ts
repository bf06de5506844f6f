// Log calls come in two orders: message first (console, winston) and fields first (pino). This brings both to message first.
import type { Logger } from "../functions/definition.ts";

/** `({ fields }, "message", ...rest)` becomes `("message", { fields }, ...rest)`; other calls stay as they are. */
export function messageFirst(args: readonly unknown[]): unknown[] {
  const [fields, message, ...rest] = args;
  const isFieldsFirst =
    typeof message === "string" &&
    typeof fields === "object" &&
    fields !== null &&
    !Array.isArray(fields);
  if (!isFieldsFirst) return [...args];
  const { err, ...others } = fields as { readonly err?: unknown };
  const parts: unknown[] = [message];
  if (fields instanceof Error) parts.push(fields);
  if (err !== undefined) parts.push(err);
  if (Object.keys(others).length > 0) parts.push(others);
  return [...parts, ...rest];
}

/**
 * A logger that takes fields first, over one that expects the message first.
 *
 * @example
 * const inngest = new Everstep({ id: "shop", logger: wrapStringFirstLogger(console) });
 */
export function wrapStringFirstLogger(logger: Logger): Logger {
  return {
    info: (...args) => logger.info(...messageFirst(args)),
    warn: (...args) => logger.warn(...messageFirst(args)),
    error: (...args) => logger.error(...messageFirst(args)),
    debug: (...args) => logger.debug(...messageFirst(args)),
  };
}
