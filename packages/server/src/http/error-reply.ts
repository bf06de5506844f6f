// One error shape for every route: `{error, status, code?, data?}` (server.md 2.3). Invariant: a caller learns what it can
// act on; what only we can act on goes to the log, and the caller gets a sentence without inner details.
import type { Log } from "@everstep/engine";
import { EverstepError, OpsError } from "@everstep/protocol";
import { UnsupportedMediaError } from "./unsupported-media-error.ts";

export interface ErrorBody {
  readonly error: string;
  readonly status: number;
  readonly code?: string;
  readonly data?: unknown;
}

/** The answer for anything that a handler threw. An error of ours that nobody foresaw is logged with its stack. */
export function toErrorBody(error: unknown, log: Log, route: string): ErrorBody {
  if (error instanceof EverstepError) {
    // Requests that come while the engine stops are nobody's fault.
    if (error.status >= 500 && error.code !== "shutting_down") logError(error, log, route);
    return {
      error: error.message,
      status: error.status,
      code: error.code,
      ...(error.data !== undefined && { data: error.data }),
    };
  }
  if (error instanceof OpsError) {
    const isTooLarge = error.code === "output_too_large" || error.code === "input_too_large";
    return { error: error.message, status: isTooLarge ? 413 : 400, code: error.code };
  }
  if (error instanceof UnsupportedMediaError) {
    return { error: error.message, status: error.status, code: "media_type_unsupported" };
  }
  logError(error, log, route);
  return {
    error: `The server failed to answer ${route}: its log says why.`,
    status: 500,
    code: "internal",
  };
}

/** Tells the log, with the stack, what the caller must not see. */
export function logError(error: unknown, log: Log, route: string): void {
  const cause = error instanceof Error ? error : new Error(String(error));
  log({
    level: "error",
    message: `Request failed: ${cause.message}`,
    fields: { route, stack: cause.stack },
  });
}
