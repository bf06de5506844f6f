// Whether the cause of an error is an error itself, as SDKs write them into JSON. Pure. A cause that says more than an error
// does is not one: it is shown whole, as the value that it is.

export interface ErrorCause {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: unknown;
}

/** Marks of SDKs, which say nothing to people. */
const MARKS: ReadonlySet<string> = new Set(["__serialized"]);
const PARTS: ReadonlySet<string> = new Set(["name", "message", "stack", "cause"]);

export function toErrorCause(value: unknown): ErrorCause | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!Object.keys(value).every((key) => PARTS.has(key) || MARKS.has(key))) return undefined;
  const { name = "Error", message, stack, cause } = value as Partial<Record<string, unknown>>;
  if (typeof message !== "string" || typeof name !== "string") return undefined;
  if (stack !== undefined && typeof stack !== "string") return undefined;
  return { name, message, stack, cause };
}
