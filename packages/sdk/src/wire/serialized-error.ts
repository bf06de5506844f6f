// Errors as JSON (sdk.md 2.6), interchangeable with the official SDKs: `__serialized` marks the shape, causes go five deep.
// Writing never throws: whatever was thrown, something readable reaches the run's page.
import { safeStringify } from "./json-text.ts";

const CAUSES_MAX = 5;

/** An error as JSON: how it travels between app and engine and in events. */
export interface SerializedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: unknown;
  readonly data?: unknown;
  readonly cause?: unknown;
  /** The step whose failure it is; for our engine only, official SDKs do not write it. */
  readonly stepId?: string;
  readonly __serialized: true;
}

/** The JSON form of anything that was thrown. An error that is serialised already stays as it is. */
export function serializeError(thrown: unknown): SerializedError {
  return serializeAt(thrown, 0);
}

/** Whether a value is an error written by serializeError, here or by an official SDK. */
export function isSerializedError(value: unknown): value is SerializedError {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.hasOwn(value, "__serialized") &&
    (value as { __serialized: unknown }).__serialized === true
  );
}

/**
 * The error that a serialised form describes, of its original class where that is a built-in one or registered here.
 * @param allowUnknown Give anything that is not an error back as it is, for causes; otherwise an Error that says so.
 */
export function deserializeError(value: unknown, allowUnknown: true): unknown;
export function deserializeError(value: unknown, allowUnknown?: false): Error;
export function deserializeError(value: unknown, allowUnknown = false): unknown {
  if (value instanceof Error) return value;
  if (!hasNameAndMessage(value)) {
    if (allowUnknown) return value;
    const unknown = new Error("Unknown error: what was stored does not describe one.");
    delete unknown.stack;
    return unknown;
  }
  const error = createNamed(value.name, value.message);
  setHidden(error, "name", value.name);
  if (typeof value.stack === "string") setHidden(error, "stack", value.stack);
  if (value.cause !== undefined) setHidden(error, "cause", deserializeError(value.cause, true));
  if (value.code !== undefined) Object.assign(error, { code: value.code });
  if (typeof value.stepId === "string") setHidden(error, "stepId", value.stepId);
  return error;
}

function serializeAt(thrown: unknown, depth: number): SerializedError {
  if (isSerializedError(thrown)) return thrown;
  if (typeof thrown !== "object" || thrown === null) return written("Error", textOf(thrown), "");
  const source = thrown as Record<string, unknown>;
  const read = (key: string): unknown => {
    try {
      return source[key];
    } catch {
      return undefined;
    }
  };
  const name = read("name");
  const message = read("message");
  const stack = read("stack");
  const code = read("code");
  const cause = depth < CAUSES_MAX ? serializeCause(read("cause"), depth + 1) : undefined;
  return {
    name: typeof name === "string" && name !== "" ? name : "Error",
    message: typeof message === "string" && message !== "" ? message : textOf(thrown),
    stack: typeof stack === "string" ? stack : "",
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause }),
    __serialized: true,
  };
}

/** A cause that is not an error stays a plain value. */
function serializeCause(cause: unknown, depth: number): unknown {
  if (cause === undefined || cause === null || typeof cause !== "object") return cause;
  const name = (cause as { name?: unknown }).name;
  if (cause instanceof Error || (typeof name === "string" && name !== "")) {
    return serializeAt(cause, depth);
  }
  return cause;
}

function written(name: string, message: string, stack: string): SerializedError {
  return { name, message, stack, __serialized: true };
}

function textOf(thrown: unknown): string {
  if (typeof thrown === "string" && thrown !== "") return thrown;
  try {
    const text = typeof thrown === "string" ? "" : safeStringify(thrown);
    return text === undefined || text === "{}" || text === "" ? "Unknown error" : text;
  } catch {
    return "Unknown error";
  }
}

function hasNameAndMessage(value: unknown): value is {
  readonly name: string;
  readonly message: string;
  readonly stack?: unknown;
  readonly code?: unknown;
  readonly data?: unknown;
  readonly cause?: unknown;
  readonly stepId?: unknown;
} {
  if (typeof value !== "object" || value === null) return false;
  const { name, message } = value as { name?: unknown; message?: unknown };
  return typeof name === "string" && typeof message === "string";
}

const BUILT_IN: Readonly<Record<string, new (message: string) => Error>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};
const registered = new Map<string, (message: string) => Error>();

/** Lets errors of this name come back as instances of their class. Called by modules that own such a class. */
export function registerErrorClass(name: string, create: (message: string) => Error): void {
  registered.set(name, create);
}

function createNamed(name: string, message: string): Error {
  const create = registered.get(name);
  if (create !== undefined) return create(message);
  const BuiltIn = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
  return BuiltIn === undefined ? new Error(message) : new BuiltIn(message);
}

/** Like the own properties of a real error: not enumerable, so that logs and JSON stay the same. */
function setHidden(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, {
    value,
    enumerable: false,
    configurable: true,
    writable: true,
  });
}
