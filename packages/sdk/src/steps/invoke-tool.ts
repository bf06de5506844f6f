// step.invoke: another function as a step. Targets are function objects, references or full ids (`app-function`).
import { timeText, type TimeInput } from "../wire/duration.ts";
import {
  readStepOptions,
  readToolOptions,
  type StepOptionsOrId,
  type StepPort,
} from "./step-request.ts";

/** A function object (`id(prefix)` gives its full id), a reference, or the full id. */
export type InvokeTarget =
  | string
  | { readonly id: (prefix?: string) => string }
  | { readonly opts: { readonly functionId: string; readonly appId?: string } };

export interface InvokeOptions {
  readonly function: InvokeTarget;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly v?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
  /** Absent: one year. */
  readonly timeout?: TimeInput;
}

export function invokeTool(
  port: StepPort,
): (id: StepOptionsOrId, options: InvokeOptions) => Promise<unknown> {
  return async (id, invoke) => {
    const options = readStepOptions(id);
    const { data, user, v, meta, timeout } = readToolOptions(
      invoke,
      `step.invoke "${options.id}"`,
      "{ function } with what createFunction() or referenceFunction() returned",
    );
    const payload = { data, user, v, meta };
    return port.perform({
      options,
      stepType: "invoke",
      op: "InvokeFunction",
      opts: {
        payload: port.withSessions?.(payload) ?? payload,
        function_id: functionIdOf(invoke.function, port.appId, options.id),
        ...(timeout === undefined || timeout === null
          ? {}
          : { timeout: timeText(timeout, `The timeout of step.invoke "${options.id}"`) }),
      },
      inputs: [],
      encode: (opts) =>
        port.toWirePayload === undefined
          ? opts
          : { ...opts, payload: port.toWirePayload(opts["payload"] as object) },
    });
  };
}

function functionIdOf(target: InvokeTarget, appId: string, stepId: string): string {
  if (typeof target === "string" && target !== "") return target;
  if (typeof target === "object" && target !== null) {
    if ("id" in target && typeof target.id === "function") {
      // A function of another app knows its own client; the official shape keeps it in `client`.
      const owner = (target as { readonly client?: { readonly id?: unknown } }).client?.id;
      return target.id(typeof owner === "string" ? owner : appId);
    }
    if ("opts" in target && typeof target.opts?.functionId === "string") {
      return `${target.opts.appId ?? appId}-${target.opts.functionId}`;
    }
  }
  throw new Error(
    `step.invoke "${stepId}" has no function to run: give it { function } with what createFunction() or referenceFunction() returned. If it is undefined, look for a circular import.`,
  );
}
