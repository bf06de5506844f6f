// Step tools for unit tests without an engine (R8): callbacks run at once, sleeps take no time, waits come to what the test
// says. Results pass through JSON as they do in a real run, so a test sees the same values.
import type { EventObject } from "../functions/definition.ts";
import { roundTrip } from "../wire/json-text.ts";
import type { StepContext, StepPort, StepRequest } from "./step-request.ts";
import { stepTools, type StepTools } from "./step-tools.ts";

/** Options of `mockStep`. */
export interface MockStepOptions {
  /**
   * What steps come to, by id: a value, an Error to reject with, or a function that is called with the inputs. A step that is
   * not listed runs its callback; without one it comes to null.
   */
  readonly results?: Readonly<Record<string, unknown>>;
  /** Default: `mock-run`. */
  readonly runId?: string;
}

export interface MockStepCall {
  readonly id: string;
  /** `run`, `sleep`, `waitForEvent`, … */
  readonly tool: string;
  /** What the op of a real run would carry, such as `{ timeout, if }` of a wait. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The time of a sleep or the name of an awaited event. */
  readonly name: string | undefined;
}

/** What `mockStep` gives: the step tools, and what was done with them. */
export interface MockStep extends StepTools {
  /** Every step that was called, in order. */
  readonly calls: readonly MockStepCall[];
  /** Every event that was sent by `sendEvent`, in order. */
  readonly sentEvents: readonly EventObject[];
}

/**
 * Tools to pass to `fn.handler({ event, step })`.
 *
 * @example
 * const step = mockStep({ results: { "wait-payment": { name: "shop/order.paid", data: { id: 1 } } } });
 * const result = await fn.handler({ event: { name: "shop/order.placed", data: {} }, step });
 */
export function mockStep(options: MockStepOptions = {}): MockStep {
  const calls: MockStepCall[] = [];
  const sentEvents: EventObject[] = [];
  const port: StepPort = {
    appId: "mock-app",
    keepsWaits: true,
    perform: (request) => {
      calls.push(callOf(request));
      return perform(request, options);
    },
    sendEvents: async (payloads) => {
      const first = sentEvents.length;
      sentEvents.push(...payloads);
      return { ids: payloads.map((_payload, index) => `mock-event-${first + index + 1}`) };
    },
    sendSignal: async () => ({}),
    publish: async () => {},
    fetch: (...args) => globalThis.fetch(...args),
  };
  return { ...stepTools(port), calls, sentEvents };
}

function callOf(request: StepRequest): MockStepCall {
  return {
    id: request.options.id,
    tool: request.stepType,
    options: request.opts ?? {},
    name: request.op === "StepPlanned" ? undefined : request.wireName,
  };
}

async function perform(request: StepRequest, options: MockStepOptions): Promise<unknown> {
  const { id } = request.options;
  const given: unknown = options.results?.[id];
  if (given instanceof Error) throw given;
  if (options.results !== undefined && Object.hasOwn(options.results, id)) {
    return roundTrip(typeof given === "function" ? await given(...request.inputs) : given);
  }
  if (request.handler !== undefined) {
    return roundTrip(await request.handler(request.inputs, contextOf(id, options)));
  }
  if (request.op === "Gateway" || request.op === "AIGateway") {
    throw new Error(
      `mockStep() makes no requests: say what step.${request.stepType} "${id}" comes to with mockStep({ results: { ${JSON.stringify(id)}: … } }).`,
    );
  }
  return null;
}

function contextOf(stepId: string, options: MockStepOptions): StepContext {
  const runId = options.runId ?? "mock-run";
  return {
    stepId,
    runId,
    idempotencyKey: `${runId}.${stepId}`,
    attempt: 0,
    maxAttempts: undefined,
    signal: new AbortController().signal,
  };
}
