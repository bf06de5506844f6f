// step.run and its relatives: a callback of the author whose result is remembered.
import type { Jsonify } from "../schemas/jsonify.ts";
import {
  readStepOptions,
  type StepContext,
  type StepOptionsOrId,
  type StepPort,
} from "./step-request.ts";

/** What a step gives back: its result after JSON, null for nothing. */
export type StepResult<T> = [Awaited<T>] extends [void | undefined] ? null : Jsonify<Awaited<T>>;

export interface RunTool {
  <TInputs extends readonly unknown[], TResult>(
    id: StepOptionsOrId,
    callback: (...inputs: TInputs) => TResult,
    ...inputs: TInputs
  ): Promise<StepResult<TResult>>;
  /** An inline callback that declares one parameter more than there are inputs is handed a StepContext. */
  <TResult>(
    id: StepOptionsOrId,
    callback: (context: StepContext) => TResult,
  ): Promise<StepResult<TResult>>;
}

type AnyCallback = (...inputs: readonly unknown[]) => unknown;

/** @param stepType `run`, or the kind of a step that works like it, which its op then carries. */
export function runTool(
  port: StepPort,
  stepType: "run" | "ai.wrap" | "group.experiment",
  metadata?: () => readonly unknown[] | undefined,
): RunTool {
  const type = WIRE_TYPES[stepType];
  const perform = (
    idOrOptions: StepOptionsOrId,
    callback: AnyCallback,
    inputs: readonly unknown[],
  ): Promise<unknown> => {
    const options = readStepOptions(idOrOptions);
    if (typeof callback !== "function") {
      throw new TypeError(
        `step.${stepType} "${options.id}" was given ${callback === null ? "null" : typeof callback} instead of a function: pass the work as a callback, not its result.`,
      );
    }
    return port.perform({
      options,
      stepType,
      op: "StepPlanned",
      wireName: options.id,
      ...(type === undefined ? {} : { opts: { type } }),
      inputs,
      handler: (given, context) => callStep(callback, given, context),
      ...(metadata === undefined ? {} : { metadata }),
    });
  };
  const run = (
    idOrOptions: StepOptionsOrId,
    callback: AnyCallback,
    ...inputs: readonly unknown[]
  ): Promise<unknown> => {
    try {
      return perform(idOrOptions, callback, inputs);
    } catch (error) {
      return Promise.reject(error);
    }
  };
  return run as RunTool;
}

const WIRE_TYPES = {
  run: undefined,
  "ai.wrap": "step.ai.wrap",
  "group.experiment": "group.experiment",
} as const;

/**
 * Only an inline callback is handed the context. A function that was passed by name may declare optional parameters of its
 * own, for which the context would be taken; inline ones have no name.
 */
function callStep(
  callback: AnyCallback,
  inputs: readonly unknown[],
  context: StepContext,
): unknown {
  if (callback.length > inputs.length && callback.name === "") {
    const padding = Array.from({ length: callback.length - 1 - inputs.length });
    return callback(...inputs, ...padding, context);
  }
  return callback(...inputs);
}
