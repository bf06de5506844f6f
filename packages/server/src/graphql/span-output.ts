// The output of one span: an opaque id that says where it is kept, and what is read from there. Values come out as the
// user knows them: the envelopes of protocol.md 2.5 are taken off, the JSON text inside stays as it was recorded.
import type { AttemptRecord, RunHead, StepRecord } from "@everstep/core";
import { EverstepError, isUlid, type JsonText } from "@everstep/protocol";
import type { RequestContext } from "./request-context.ts";
import { runOutput } from "./run-output.ts";
import type { OutputRef } from "./trace-tree.ts";
import type { View } from "./view.ts";

const NOTHING: View = { input: null, data: null, error: null };

export function encodeOutputId(ref: OutputRef): string {
  return Buffer.from(JSON.stringify(ref)).toString("base64");
}

/** @throws EverstepError argument_invalid when the id was not made by encodeOutputId. */
function decodeOutputId(outputId: string): OutputRef {
  try {
    const ref = JSON.parse(Buffer.from(outputId, "base64").toString("utf8")) as OutputRef;
    const known =
      ("root" in ref && ref.root) ||
      ("attempt" in ref && typeof ref.attempt === "number") ||
      ("step" in ref && typeof ref.step === "string");
    if (known && isUlid(ref.run)) return ref;
  } catch {
    // Told below, as for every other malformed id.
  }
  throw new EverstepError(
    "argument_invalid",
    `outputID "${outputId.slice(0, 64)}" is not one of this server: take it from a span of a run's trace`,
  );
}

/** What `runTraceSpanOutputByID` answers. @throws EverstepError argument_invalid, run_not_found. */
export async function spanOutputView(context: RequestContext, outputId: string): Promise<View> {
  return spanOutputOf(context, decodeOutputId(outputId));
}

/** The same by reference. */
export async function spanOutputOf(context: RequestContext, ref: OutputRef): Promise<View> {
  const run = await context.getRun(ref.run, "outputID");
  if ("root" in ref) return runOutputView(run);
  if ("attempt" in ref) return attemptOutputView(context, ref);
  const step = await context.history.findStep(ref.run, ref.step);
  if (step !== undefined) return stepOutputView(step);
  throw new EverstepError(
    "argument_invalid",
    `outputID names step ${ref.step}, which run ${ref.run} has not finished: read the trace again`,
  );
}

function runOutputView(run: RunHead): View {
  if (run.status !== "failed") return { ...NOTHING, data: runOutput(run) };
  return { ...NOTHING, error: errorView(run.error ?? parseJson(run.outputJson)) };
}

async function attemptOutputView(
  context: RequestContext,
  ref: { readonly run: string; readonly attempt: number; readonly step?: string },
): Promise<View> {
  const { attempts } = await context.readRunDetail(ref.run);
  const isAsked = (each: AttemptRecord): boolean =>
    each.generation === ref.attempt && each.stepId === ref.step;
  const attempt = attempts.find(isAsked);
  if (attempt === undefined) {
    throw new EverstepError(
      "argument_invalid",
      `outputID names attempt ${ref.attempt}, which run ${ref.run} has not: read the trace again`,
    );
  }
  if (attempt.error !== undefined) return { ...NOTHING, error: errorView(attempt.error) };
  const step =
    ref.step === undefined ? undefined : await context.history.findStep(ref.run, ref.step);
  return step === undefined ? NOTHING : stepOutputView(step);
}

function stepOutputView(step: StepRecord): View {
  const input = stepInput(step);
  const value = parseJson(step.outputJson);
  // A finished sleep, or a wait that timed out, has no data of its own.
  if (value === null) return { ...NOTHING, input };
  const keys = typeof value === "object" && !Array.isArray(value) ? Object.keys(value) : [];
  const isOnly = (key: string): boolean =>
    keys.includes(key) && keys.every((each) => each === key || each === "type");
  if (isOnly("error")) {
    return { ...NOTHING, input, error: errorView((value as { error: unknown }).error) };
  }
  return {
    ...NOTHING,
    input,
    data: isOnly("data") ? unwrapData(step.outputJson) : step.outputJson,
  };
}

/** Cut out of the text rather than encoded again, so that large numbers keep their digits. */
function unwrapData(outputJson: JsonText): JsonText {
  const compact = outputJson.startsWith(`{"data":`) && !outputJson.endsWith(`,"type":"data"}`);
  if (compact) return outputJson.slice(`{"data":`.length, -1);
  return JSON.stringify((JSON.parse(outputJson) as { data: unknown }).data);
}

/** Credentials of outbound requests (auth_key, headers) are never shown. */
function stepInput(step: StepRecord): JsonText | null {
  const opts = parseJson(step.opts) as Record<string, unknown> | undefined;
  if (opts == null) return null;
  const pick = (value: unknown): JsonText | null =>
    value === undefined ? null : JSON.stringify(value);
  switch (step.op) {
    case "InvokeFunction":
      return pick(opts["payload"]);
    case "AIGateway":
      return pick(opts["body"]);
    case "Gateway":
      return pick({ url: opts["url"], method: opts["method"], body: opts["body"] });
    default:
      return pick(opts["input"]);
  }
}

/** SDKs and plain HTTP servers fail in many shapes; what is missing is filled so that a message is always there. */
function errorView(error: unknown): View {
  if (typeof error === "string") return { name: "Error", message: error };
  const fields = (typeof error === "object" && error !== null ? error : {}) as {
    name?: unknown;
    message?: unknown;
    error?: unknown;
    stack?: unknown;
    cause?: unknown;
  };
  const text = (value: unknown): string | undefined =>
    typeof value === "string" ? value : undefined;
  return {
    name: text(fields.name) ?? "Error",
    message: text(fields.message) ?? text(fields.error) ?? JSON.stringify(error) ?? "Unknown error",
    stack: text(fields.stack),
    cause: fields.cause === undefined ? null : JSON.stringify(fields.cause),
  };
}

function parseJson(text: JsonText | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}
