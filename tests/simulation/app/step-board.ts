// The steps that a program has found in one execution: each stands open until its result is there.
import { hashStepId, type Json } from "@everstep/protocol";
import type { StepCall } from "./run-program.ts";

export interface FoundStep {
  readonly stepId: string;
  readonly call: StepCall;
}

/** A step's recorded error, thrown where the program awaits the step. */
export class StepError extends Error {}

export interface StepBoard {
  /** A new step, in the order in which the program finds them; repeated ids are counted. */
  find(call: StepCall): Promise<Json>;
  get(stepId: string): FoundStep | undefined;
  isOpen(stepId: string): boolean;
  open(): readonly FoundStep[];
  /** @param encoded As `steps` of a call carries it (protocol.md 2.5). */
  settle(stepId: string, encoded: Json): void;
}

interface OpenStep extends FoundStep {
  readonly resolve: (value: Json) => void;
  readonly reject: (error: Error) => void;
  isOpen: boolean;
}

export function createStepBoard(): StepBoard {
  const found = new Map<string, OpenStep>();
  const counts = new Map<string, number>();
  return {
    find(call) {
      const index = counts.get(call.id) ?? 0;
      counts.set(call.id, index + 1);
      const stepId = hashStepId(call.id, index);
      return new Promise((resolve, reject) => {
        found.set(stepId, { stepId, call, resolve, reject, isOpen: true });
      });
    },
    get: (stepId) => found.get(stepId),
    isOpen: (stepId) => found.get(stepId)?.isOpen === true,
    open: () => [...found.values()].filter((step) => step.isOpen),
    settle(stepId, encoded) {
      const step = found.get(stepId);
      if (step === undefined) return;
      step.isOpen = false;
      const error = errorOf(step, encoded);
      if (error === undefined) step.resolve(dataOf(step, encoded));
      else step.reject(new StepError(error));
    },
  };
}

function errorOf({ call }: FoundStep, encoded: Json): string | undefined {
  if (call.op === "WaitForEvent" || !isObject(encoded) || !("error" in encoded)) return undefined;
  const { error } = encoded;
  const message = isObject(error) ? error["message"] : undefined;
  return typeof message === "string" ? message : "unknown error";
}

function dataOf({ call }: FoundStep, encoded: Json): Json {
  const isWrapped = call.op !== "WaitForEvent" && isObject(encoded) && "data" in encoded;
  return isWrapped ? (encoded["data"] ?? null) : encoded;
}

function isObject(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
