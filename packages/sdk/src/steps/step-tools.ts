// The `step` object of a handler. Each tool turns its arguments into a StepRequest and hands it to the port; nothing here
// knows whether the step is remembered, run or mocked. Arguments that cannot be used reject the promise, they never throw.
import { aiTools, type AiTools } from "./ai-tools.ts";
import { fetchTool, type StepFetch } from "./fetch-tool.ts";
import { invokeTool, type InvokeOptions } from "./invoke-tool.ts";
import { publishTool, type PublishTool } from "./realtime-tool.ts";
import { runTool, type RunTool } from "./run-tool.ts";
import { sagaTool, type SagaTool } from "./saga.ts";
import {
  sendEventTool,
  sendSignalTool,
  type SendSignalOptions,
  type SignalReceipt,
} from "./send-tools.ts";
import { sleepTool, sleepUntilTool } from "./sleep-tools.ts";
import type { SentEvents, StepOptionsOrId, StepPort } from "./step-request.ts";
import {
  waitForEventTool,
  waitForSignalTool,
  type ReceivedSignal,
  type WaitForEventOptions,
  type WaitForSignalOptions,
} from "./wait-tools.ts";
import type { EventObject } from "../functions/definition.ts";
import type { DurationInput, InstantLike, ZonedDateTimeLike } from "../wire/duration.ts";

export interface StepTools {
  /**
   * Runs a callback once per run and remembers its result, however often the function is started again.
   * @throws StepError when the callback has failed on all its attempts.
   */
  readonly run: RunTool;
  /** Pauses the run without holding anything; whole seconds. */
  sleep(id: StepOptionsOrId, time: DurationInput): Promise<void>;
  /** Pauses the run until a point in time. */
  sleepUntil(
    id: StepOptionsOrId,
    time: Date | string | InstantLike | ZonedDateTimeLike,
  ): Promise<void>;
  /** Pauses the run until an event arrives; null when `timeout` passes first. Without `timeout` it waits as long as it takes. */
  // oxlint-disable-next-line typescript/no-explicit-any -- the event's type is refined by the client's registry
  waitForEvent(id: StepOptionsOrId, options: WaitForEventOptions): Promise<any>;
  waitForSignal<TData = unknown>(
    id: StepOptionsOrId,
    options: WaitForSignalOptions,
  ): Promise<ReceivedSignal<TData> | null>;
  sendSignal(id: StepOptionsOrId, options: SendSignalOptions): Promise<SignalReceipt>;
  /** Sends events once per run; their ids are remembered. */
  sendEvent(
    id: StepOptionsOrId,
    payload: EventObject | readonly EventObject[],
  ): Promise<SentEvents>;
  /**
   * Runs another function and waits for its result.
   * @throws StepError when it fails or `timeout` passes.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- the result's type is refined by the client's types
  invoke(id: StepOptionsOrId, options: InvokeOptions): Promise<any>;
  /** A request carried out by the server while the run is parked; inside a step, a plain request. */
  readonly fetch: StepFetch;
  readonly ai: AiTools;
  readonly realtime: { readonly publish: PublishTool };
  /** Steps with compensations: when the body throws, what was done is undone in reverse order. */
  readonly saga: SagaTool;
}

/** The tools over a port. */
export function stepTools(port: StepPort): StepTools {
  const run = unharmed(runTool(port, "run") as AnyTool) as RunTool;
  const ai = aiTools(port);
  const wrap = unharmed(ai.wrap as AnyTool) as RunTool;
  return {
    run,
    sleep: unharmed(sleepTool(port)),
    sleepUntil: unharmed(sleepUntilTool(port)),
    waitForEvent: unharmed(waitForEventTool(port)),
    waitForSignal: unharmed(waitForSignalTool(port)) as StepTools["waitForSignal"],
    sendSignal: unharmed(sendSignalTool(port)),
    sendEvent: unharmed(sendEventTool(port)),
    invoke: unharmed(invokeTool(port)),
    fetch: fetchTool(port),
    ai: { ...ai, wrap, infer: unharmed(ai.infer) },
    realtime: { publish: unharmed(publishTool(port)) as PublishTool },
    saga: sagaTool(run),
  };
}

type AnyTool = (...args: readonly unknown[]) => Promise<unknown>;

/**
 * A step whose promise nobody looks at may fail without ending the process, which other runs share: its failure is recorded
 * with the step. Who awaits it gets the error as ever.
 */
function unharmed<TArgs extends readonly unknown[], T>(
  tool: (...args: TArgs) => Promise<T>,
): (...args: TArgs) => Promise<T> {
  return (...args) => {
    const result = tool(...args);
    result.catch(ignore);
    return result;
  };
}

function ignore(): void {}
