// step.sendEvent and step.sendSignal: what goes out is sent once per run, because its receipt is remembered.
import type { EventObject } from "../functions/definition.ts";
import {
  readStepOptions,
  readToolOptions,
  type SentEvents,
  type StepOptionsOrId,
  type StepPort,
} from "./step-request.ts";

export interface SendSignalOptions {
  readonly signal: string;
  readonly data?: unknown;
}

export interface SignalReceipt {
  /** The run that was waiting; absent when none was. */
  readonly runId?: string;
}

export function sendEventTool(
  port: StepPort,
): (id: StepOptionsOrId, payload: EventObject | readonly EventObject[]) => Promise<SentEvents> {
  return async (id, payload) => {
    const options = readStepOptions(id);
    const payloads = Array.isArray(payload)
      ? (payload as readonly EventObject[])
      : [payload as EventObject];
    return (await port.perform({
      options,
      stepType: "sendEvent",
      op: "StepPlanned",
      wireName: "sendEvent",
      opts: { type: "step.sendEvent" },
      inputs: [],
      handler: (_inputs, context) => port.sendEvents(payloads, context),
    })) as SentEvents;
  };
}

export function sendSignalTool(
  port: StepPort,
): (id: StepOptionsOrId, options: SendSignalOptions) => Promise<SignalReceipt> {
  return async (id, given) => {
    const options = readStepOptions(id);
    const what = `step.sendSignal "${options.id}"`;
    const signal = readToolOptions(given, what, '{ signal: "order-1" }');
    return (await port.perform({
      options,
      stepType: "sendSignal",
      op: "StepPlanned",
      wireName: "sendSignal",
      opts: { type: "step.sendSignal", signal: signal.signal },
      inputs: [],
      handler: () => port.sendSignal(signal.signal, signal.data),
    })) as SignalReceipt;
  };
}
