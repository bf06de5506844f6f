// Call inputs for tests: a function around a handler, and the request fields that a test does not care about.
import type {
  CheckpointOptions,
  ClientDefinition,
  EventObject,
  FunctionDefinition,
} from "../functions/definition.ts";
import { checkIncoming } from "../schemas/check-event.ts";
import { stepHash } from "../wire/step-hash.ts";
import type { CallInput, CallOutput } from "./call.ts";
import { executeCall, type ExecuteOptions } from "./execute.ts";
import type { ExecutionHooks } from "./hooks.ts";

export interface TestFunction {
  readonly handler: (context: TestContext) => unknown;
  readonly hooks?: ExecutionHooks;
  readonly client?: Partial<ClientDefinition>;
  readonly definition?: Partial<FunctionDefinition>;
  readonly checkpointing?: CheckpointOptions;
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests take what they need of the context
export type TestContext = any;

export const silentLogger = {
  info: (): void => {},
  warn: (): void => {},
  error: (): void => {},
  debug: (): void => {},
};

function testClient(overrides: Partial<ClientDefinition> = {}): ClientDefinition {
  return {
    id: "app",
    appVersion: undefined,
    logger: silentLogger,
    fetch: () => Promise.reject(new Error("no network in tests")),
    mode: "cloud",
    apiBaseUrl: "http://127.0.0.1:1/",
    eventBaseUrl: "http://127.0.0.1:1/",
    eventKey: undefined,
    signingKey: undefined,
    signingKeyFallback: undefined,
    env: undefined,
    setEnvVars: () => undefined,
    checkEvent: (event, schema) => checkIncoming([{ event: event.name, schema }], undefined, event),
    sendEvents: async (payloads) => ({ ids: payloads.map((_payload, index) => `event-${index}`) }),
    ...overrides,
  };
}

export function testInput(fn: TestFunction, overrides: Partial<CallInput> = {}): CallInput {
  const event: EventObject = {
    id: "event-1",
    name: "test/asked",
    data: { n: 1 },
    ts: 1_700_000_000_000,
  };
  return {
    function: {
      id: "fn",
      name: "fn",
      client: testClient(fn.client),
      triggers: [],
      options: {},
      retries: undefined,
      handler: fn.handler,
      optimizeParallelism: true,
      openHooks: async () => fn.hooks ?? {},
      checkpointing: fn.checkpointing,
      ...fn.definition,
    },
    isFailureHandler: false,
    event,
    events: [event],
    runId: "01HF7Y0000000000000000TEST",
    fnId: "00000000-0000-4000-8000-000000000001",
    attempt: 0,
    maxAttempts: 4,
    steps: {},
    stack: [],
    targetStepId: undefined,
    disableImmediateExecution: false,
    requestVersion: -1,
    requestId: undefined,
    generationId: undefined,
    jobId: undefined,
    queueItemId: "cXVldWU=",
    requestArgs: [],
    ...overrides,
  };
}

export interface ReadOutput extends Omit<CallOutput, "body"> {
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it as they need
  readonly body: any;
}

/** Answers one call and parses the body. */
export async function callOnce(
  fn: TestFunction,
  overrides: Partial<CallInput> = {},
  options: ExecuteOptions = {},
): Promise<ReadOutput> {
  const output = await executeCall(testInput(fn, overrides), options);
  return { ...output, body: JSON.parse(output.body) };
}

/** Remembered steps by the author's ids, in the order of their completion. */
export function remembered(
  steps: Readonly<Record<string, unknown>>,
): Pick<CallInput, "steps" | "stack"> {
  const entries = Object.entries(steps).map(([id, value]) => [stepHash(id), value] as const);
  return { steps: Object.fromEntries(entries), stack: entries.map(([id]) => id) };
}
