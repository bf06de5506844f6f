// The errors of the SDK that authors throw or catch. Names are part of the contract: they travel as text, so they are checked
// by name as well as by class, which also makes errors of a second copy of the package work.
import { durationMsOf, type DurationInput } from "./wire/duration.ts";
import { deserializeError, registerErrorClass } from "./wire/serialized-error.ts";

export { deserializeError, isSerializedError, serializeError } from "./wire/serialized-error.ts";
export type { SerializedError } from "./wire/serialized-error.ts";

export interface ErrorCause {
  readonly cause?: unknown;
}

/**
 * Ends the step or the function without further retries.
 *
 * @example
 * await step.run("load-order", async () => {
 *   const order = await db.orders.find("o-1");
 *   if (order === undefined) throw new NonRetriableError("There is no order o-1");
 *   return order;
 * });
 */
export class NonRetriableError extends Error {
  constructor(message: string, options?: ErrorCause) {
    super(message, causeOf(options));
    this.name = "NonRetriableError";
  }
}

registerErrorClass("NonRetriableError", (message) => new NonRetriableError(message));

/**
 * Asks for the next attempt after a certain time (1 s to 24 h) instead of after the usual delay. The number of attempts stays.
 *
 * @example
 * await step.run("call-api", () => {
 *   throw new RetryAfterError("The API asks us to wait", "5m");
 * });
 */
export class RetryAfterError extends Error {
  /** The value of the Retry-After header: whole seconds, or an ISO date. */
  readonly retryAfter: string;

  /**
   * @param retryAfter Milliseconds, a duration such as `"30s"` (both rounded up to seconds), or the time itself. A time that
   * has passed, and a number below 0, mean now: with limits of APIs it is often a difference of two times.
   * @throws Error when it is none of these.
   */
  constructor(message: string, retryAfter: DurationInput | Date, options?: ErrorCause) {
    super(message, causeOf(options));
    this.name = "RetryAfterError";
    this.retryAfter =
      retryAfter instanceof Date
        ? retryAfter.toISOString()
        : String(Math.max(1, Math.ceil(delayMsOf(retryAfter) / 1_000)));
  }
}

/**
 * What user code catches when a step has failed for good. Carries the name, message and stack of the original error.
 * Thrown again as it is, it fails the run without retries.
 *
 * @example
 * try {
 *   await step.run("book-carrier", () => bookCarrier("o-1"));
 * } catch (error) {
 *   if (!(error instanceof StepError)) throw error;
 *   logger.warn(`${error.stepId} failed: ${error.message}`);
 * }
 */
export class StepError extends Error {
  /** The id of the step as its author wrote it. */
  readonly stepId: string;
  /** What the app attached to the error, if anything. */
  readonly data?: unknown;

  constructor(stepId: string, error: unknown) {
    const source = readErrorFields(error);
    const cause = source.cause == null ? undefined : deserializeError(source.cause, true);
    super(source.message, cause === undefined ? undefined : { cause });
    this.name = source.name;
    this.stepId = stepId;
    if (source.stack === undefined) delete this.stack;
    else this.stack = source.stack;
    if (source.data !== undefined) this.data = source.data;
  }
}

/**
 * The function's `timeout` has passed. Thrown once at the step in flight; uncaught, it fails the run without retries.
 *
 * @example
 * inngest.createFunction({ id: "import", timeout: "10m" }, { event: "go" }, async ({ step }) => {
 *   try {
 *     await step.waitForEvent("wait", { event: "import/done" });
 *   } catch (error) {
 *     if (!(error instanceof TimeoutError)) throw error;
 *     await step.sendEvent("tell", { name: "import/late", data: { stepId: error.stepId } });
 *   }
 * });
 */
export class TimeoutError extends Error {
  /** The step that was in flight; undefined when none was. */
  readonly stepId: string | undefined;

  constructor(message: string, options?: ErrorCause & { readonly stepId?: string }) {
    super(message, causeOf(options));
    this.name = "TimeoutError";
    this.stepId = options?.stepId;
  }
}

/** A step that has to wait (sleep, wait, invoke, …) was called inside the callback of another step. Not retried. */
export class NestedStepError extends Error {
  readonly stepId: string;
  readonly parentStepId: string;

  constructor(stepId: string, parentStepId: string, tool: string) {
    super(
      `${tool} "${stepId}" was called inside the step "${parentStepId}", where it can never finish: a step's callback must run ` +
        "to its end at once. Move the call out of the callback, after the step that encloses it.",
    );
    this.name = "NestedStepError";
    this.stepId = stepId;
    this.parentStepId = parentStepId;
  }
}

/** The server has given this run's work to a newer call; what this one does is no longer recorded. */
export class StaleDispatchError extends Error {
  constructor(runId: string) {
    super(
      `The call for run ${runId} was superseded by a newer one; its remaining work is dropped.`,
    );
    this.name = "StaleDispatchError";
  }
}

interface ErrorFields {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: unknown;
  readonly data: unknown;
}

/** Other SDKs write fewer fields than ours (protocol.md 2.5), so everything but the text has a default. */
function readErrorFields(error: unknown): ErrorFields {
  const fields = (typeof error === "object" && error !== null ? error : { message: error }) as {
    readonly [field: string]: unknown;
  };
  const text = (value: unknown): string | undefined =>
    typeof value === "string" && value !== "" ? value : undefined;
  return {
    name: text(fields["name"]) ?? "Error",
    message: text(fields["message"]) ?? text(fields["error"]) ?? "Unknown error",
    stack: text(fields["stack"]),
    cause: fields["cause"],
    data: fields["data"],
  };
}

/** An absent cause must stay absent: `{ cause: undefined }` would create the property. */
function causeOf(options: ErrorCause | undefined): ErrorOptions | undefined {
  return options?.cause === undefined ? undefined : { cause: options.cause };
}

function delayMsOf(retryAfter: DurationInput): number {
  if (typeof retryAfter === "number" && retryAfter < 0) return 0;
  return durationMsOf(retryAfter, "retryAfter");
}
