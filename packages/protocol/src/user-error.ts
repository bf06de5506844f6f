// Errors that apps report, in every shape that SDKs give them (protocol.md 5.4), as one shape. Never throws: what cannot be
// read becomes the message, because an error that hides another error helps nobody.
import { foldKeys, isJsonObject, knownKeys } from "./fold-keys.ts";
import type { Json } from "./json.ts";
import type { UserError } from "./op.ts";

const ERROR_KEYS = knownKeys([
  "name",
  "message",
  "stack",
  "data",
  "noRetry",
  "cause",
  "stepId",
  "error",
  "body",
]);
/** Proxies and serialisers wrap errors, e.g. `{"body":"{\"error\":…}"}`, but never deeper than this. */
const WRAPPERS_MAX = 4;

/**
 * Reads an error object, `{error}` or `{body}` wrapper, JSON text of one of these, or plain text.
 * @param fallbackMessage Message when the value holds none.
 */
export function parseUserError(value: unknown, fallbackMessage: string): UserError {
  return parseWrapped(value, fallbackMessage, 0);
}

function parseWrapped(value: unknown, fallbackMessage: string, depth: number): UserError {
  if (typeof value === "string") return parseText(value, fallbackMessage, depth);
  if (!isJsonObject(value)) {
    const message = value === null || value === undefined ? fallbackMessage : JSON.stringify(value);
    return { name: "Error", message };
  }
  const raw = foldKeys(value, ERROR_KEYS);
  if (typeof raw["message"] === "string" || typeof raw["name"] === "string") {
    return fromFields(raw, fallbackMessage);
  }
  for (const inner of [raw["error"], raw["body"]]) {
    if (inner === undefined || inner === null || depth >= WRAPPERS_MAX) continue;
    return parseWrapped(inner, fallbackMessage, depth + 1);
  }
  const isEmpty = Object.keys(value).length === 0;
  return { name: "Error", message: isEmpty ? fallbackMessage : JSON.stringify(value) };
}

function parseText(text: string, fallbackMessage: string, depth: number): UserError {
  const trimmed = text.trim();
  if (depth < WRAPPERS_MAX && /^["{]/.test(trimmed)) {
    try {
      return parseWrapped(JSON.parse(trimmed), fallbackMessage, depth + 1);
    } catch {
      // Not JSON after all: the text itself is the message.
    }
  }
  return { name: "Error", message: trimmed === "" ? fallbackMessage : text };
}

function fromFields(raw: Record<string, unknown>, fallbackMessage: string): UserError {
  const { name, message, error, stack, data, noRetry, cause, stepId } = raw;
  const text = [message, error].find((value) => typeof value === "string" && value !== "");
  return {
    name: typeof name === "string" && name !== "" ? name : "Error",
    message: typeof text === "string" ? text : message === "" ? "" : fallbackMessage,
    ...(typeof stack === "string" && { stack }),
    ...(data !== undefined && { data: data as Json }),
    ...(typeof noRetry === "boolean" && { noRetry }),
    ...(cause !== undefined && cause !== null && { cause: cause as Json }),
    ...(typeof stepId === "string" && { stepId }),
  };
}
