// The answers to a call (protocol.md 3.1, 3.2): status, protocol headers and body as text.
import type { WireOp } from "../wire/op.ts";
import { safeStringify } from "../wire/json-text.ts";
import type { CallOutput } from "./call.ts";
import type { Retriability } from "./retriability.ts";

export interface AnswerFacts {
  /** The version that this side speaks: 2 makes the server bundle parallel steps. */
  readonly requestVersion: number;
}

/** 206: steps that were found or have run. `failure` when the last of them is a step that failed. */
export function opsAnswer(
  facts: AnswerFacts,
  ops: readonly WireOp[],
  failure?: Retriability,
): CallOutput {
  return {
    status: 206,
    headers: { ...headersOf(facts), ...(failure === undefined ? {} : retryHeaders(failure)) },
    body: safeStringify(ops) ?? "[]",
  };
}

/** 200: the function's result. */
export function resultAnswer(facts: AnswerFacts, data: unknown): CallOutput {
  return { status: 200, headers: headersOf(facts), body: safeStringify(data ?? null) ?? "null" };
}

/** 500, or 400 when trying again is of no use. */
export function errorAnswer(
  facts: AnswerFacts,
  error: unknown,
  retriability: Retriability,
): CallOutput {
  return {
    status: retriability.isFinal ? 400 : 500,
    headers: { ...headersOf(facts), ...retryHeaders(retriability) },
    body: safeStringify(error) ?? "null",
  };
}

export interface FoundStepName {
  readonly id: string;
  readonly name: string | undefined;
  readonly displayName: string;
}

const FOUND_STEPS_MAX = 25;

/** 500: the step that was asked for is not there. What was there instead helps to see why. */
export function stepNotFoundAnswer(
  facts: AnswerFacts,
  requestedStep: string,
  found: readonly FoundStepName[],
): CallOutput {
  const foundSteps = found.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, FOUND_STEPS_MAX);
  const names = foundSteps.map((step) => `"${step.displayName}" (${step.id})`);
  const error =
    `The function did not come to the step ${requestedStep} that this call is to run. ` +
    (names.length === 0
      ? "It came to no other new step either: code before the step did not finish."
      : `It came to these new steps: ${names.join(", ")}${found.length > names.length ? ` and ${found.length - names.length} more` : ""}. Step ids must be the same on every call.`);
  return errorAnswer(
    facts,
    { error, requestedStep, foundSteps, totalFoundSteps: found.length },
    { isFinal: false },
  );
}

function headersOf(facts: AnswerFacts): Record<string, string> {
  return {
    "content-type": "application/json",
    "x-inngest-req-version": String(facts.requestVersion),
  };
}

function retryHeaders(retriability: Retriability): Record<string, string> {
  if (retriability.isFinal) return { "x-inngest-no-retry": "true" };
  return {
    "x-inngest-no-retry": "false",
    ...(retriability.retryAfter === undefined ? {} : { "retry-after": retriability.retryAfter }),
  };
}
