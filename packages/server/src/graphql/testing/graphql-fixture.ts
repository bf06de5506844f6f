// What the tests of this folder share: one app with functions, an engine that records what it is asked, records of runs
// with sensible defaults, and a way to ask. Times are offsets in ms from START_MS, so that tests read like a log.
import {
  effectiveFunction,
  type AppRecord,
  type AttemptRecord,
  type FunctionControl,
  type FunctionRecord,
  type OpFacts,
  type RunHead,
  type StepRecord,
  type Timer,
  type Wait,
} from "@everstep/core";
import type { Engine, InFlightCall } from "@everstep/engine";
import {
  createUlidFactory,
  type EventRecord,
  type FunctionConfig,
  hashStepId,
  uuidFrom,
} from "@everstep/protocol";
import { createGraphqlHandler } from "../create-graphql-handler.ts";
import { type ChangeHistory, createChangeHistory } from "./history-of-changes.ts";
import type { GraphqlOptions } from "../request-context.ts";

export const START_MS: number = Date.UTC(2026, 0, 31, 8);
const newUlid = createUlidFactory((count) => new Uint8Array(count));

/** RFC 3339 text of an offset. */
export function at(offsetMs: number): string {
  return new Date(START_MS + offsetMs).toISOString();
}

export function ulid(offsetMs = 0): string {
  return newUlid(START_MS + offsetMs);
}

export function appRecord(fields: Partial<AppRecord> = {}): AppRecord {
  const name = fields.name ?? "shop";
  return {
    id: uuidFrom("app", name),
    name,
    url: "http://localhost:3000/api/inngest",
    sdk: "js:v4.24.0",
    framework: "express",
    method: "serve",
    checksum: "c0ffee",
    createdAtMs: START_MS,
    syncedAtMs: START_MS,
    ...fields,
  };
}

export function functionRecord(
  fnId: string,
  config: Partial<FunctionConfig> = {},
  appName = "shop",
): FunctionRecord {
  const slug = `${appName}-${fnId}`;
  return {
    id: uuidFrom(appName, slug),
    appId: uuidFrom("app", appName),
    version: 3,
    createdAtMs: START_MS,
    config: {
      slug,
      name: `The ${fnId}`,
      triggers: [{ kind: "event", event: "shop/order.placed" }],
      url: `http://localhost:3000/api/inngest?fnId=${slug}&stepId=step`,
      maxAttempts: 5,
      concurrency: [],
      cancel: [],
      ...config,
    },
  };
}

export function eventRecord(fields: Partial<EventRecord> = {}, offsetMs = 0): EventRecord {
  const internalId = fields.internalId ?? ulid(offsetMs);
  return {
    internalId,
    id: internalId,
    name: "shop/order.placed",
    dataJson: `{"order":1}`,
    tsMs: START_MS + offsetMs,
    receivedAtMs: START_MS + offsetMs,
    ...fields,
  };
}

export function runHead(record: FunctionRecord, event: EventRecord, offsetMs = 0): RunHead {
  return {
    id: ulid(offsetMs),
    functionId: record.id,
    functionVersion: record.version,
    status: "running",
    eventIds: [event.internalId],
    eventName: event.name,
    orderKey: (START_MS + offsetMs) * 4096,
    createdAtMs: START_MS + offsetMs,
    startedAtMs: START_MS + offsetMs + 2,
    requestVersion: 2,
    pendingStepIds: [],
    stepCount: 0,
    stateBytes: 0,
  };
}

/** A step that ran from one offset to another. */
export function stepRecord(
  run: RunHead,
  name: string,
  [fromMs, toMs]: readonly [number, number],
  fields: Partial<StepRecord> = {},
): StepRecord {
  return {
    runId: run.id,
    stepId: hashStepId(name),
    position: 0,
    op: "StepRun",
    name,
    outputJson: `{"data":${JSON.stringify(name)}}`,
    failed: false,
    attempt: 0,
    queuedAtMs: START_MS + fromMs,
    startedAtMs: START_MS + fromMs,
    endedAtMs: START_MS + toMs,
    ...fields,
  };
}

let generation = 0;

export function attemptRecord(
  run: RunHead,
  [fromMs, toMs]: readonly [number, number],
  fields: Partial<AttemptRecord> = {},
): AttemptRecord {
  generation += 1;
  return {
    runId: run.id,
    generation,
    attempt: 0,
    status: fields.error === undefined ? "succeeded" : "failed",
    queuedAtMs: START_MS + fromMs,
    startedAtMs: START_MS + fromMs,
    endedAtMs: START_MS + toMs,
    ...fields,
  };
}

export function opFacts(name: string, op: string, opts?: Record<string, unknown>): OpFacts {
  const optsJson = opts === undefined ? {} : { optsJson: JSON.stringify(opts) };
  return { stepId: hashStepId(name), op, name, ...optsJson };
}

let timerId = 0;

export function timerRecord(run: RunHead, fields: Partial<Timer>): Timer {
  timerId += 1;
  return {
    id: timerId,
    kind: "call",
    runId: run.id,
    functionId: run.functionId,
    dueAtMs: START_MS,
    orderKey: run.orderKey,
    attempt: 0,
    queuedAtMs: START_MS,
    ...fields,
  };
}

export function waitRecord(run: RunHead, op: OpFacts, fields: Partial<Wait>): Wait {
  return {
    id: `${run.id}.${op.stepId}`,
    kind: "event",
    runId: run.id,
    functionId: run.functionId,
    eventName: "",
    matchKey: "",
    createdAtMs: START_MS,
    op,
    ...fields,
  };
}

export interface Asked {
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface Fixture {
  readonly history: ChangeHistory;
  readonly apps: AppRecord[];
  readonly functions: FunctionRecord[];
  readonly inFlight: InFlightCall[];
  /** What operators decided, by function id. */
  readonly controls: Map<string, FunctionControl>;
  /** Calls of the engine's commands. */
  readonly asked: Asked[];
  /** What a command does instead of resolving with a fixed value. */
  readonly commands: Record<string, (...args: unknown[]) => unknown>;
  readonly internalErrors: unknown[];
  /** The data of an answer without errors. */
  data<T>(query: string, variables?: Record<string, unknown>): Promise<T>;
  /** The whole answer. */
  ask(
    query: string,
    variables?: Record<string, unknown>,
  ): Promise<{ status: number; body: { data: unknown; errors?: readonly GraphqlProblem[] } }>;
}

export interface GraphqlProblem {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

export function createFixture(options: Partial<GraphqlOptions> = {}): Fixture {
  const history = createChangeHistory();
  const apps = [appRecord()];
  const functions = [functionRecord("order")];
  const inFlight: InFlightCall[] = [];
  const controls: Fixture["controls"] = new Map();
  const asked: Asked[] = [];
  const commands: Fixture["commands"] = {};
  const internalErrors: unknown[] = [];
  const command =
    (method: string) =>
    async (...args: unknown[]): Promise<unknown> => {
      asked.push({ method, args });
      return commands[method]?.(...args);
    };
  const engine = {
    apps: () => apps,
    functions: () => functions,
    findFunction: (id: string) => functions.find((each) => each.id === id),
    callsInFlight: () => inFlight,
    control: (id: string) => controls.get(id),
    effectiveFunction: (id: string) => {
      const found = functions.find((each) => each.id === id);
      return found && { function: effectiveFunction(found, controls.get(id)) };
    },
    invoke: command("invoke"),
    cancelRun: command("cancelRun"),
    rerun: command("rerun"),
    removeApp: command("removeApp"),
  } as unknown as Engine;
  const handle = createGraphqlHandler({
    engine,
    history,
    nowMs: () => START_MS + 60_000,
    onInternalError: (error) => internalErrors.push(error),
    ...options,
  });
  const ask: Fixture["ask"] = async (query, variables) => {
    const answer = await handle({ query, ...(variables === undefined ? {} : { variables }) });
    // What a client sees has been through JSON.
    return JSON.parse(JSON.stringify(answer)) as Awaited<ReturnType<Fixture["ask"]>>;
  };
  return {
    history,
    apps,
    functions,
    inFlight,
    controls,
    asked,
    commands,
    internalErrors,
    ask,
    data: async <T>(query: string, variables?: Record<string, unknown>): Promise<T> => {
      const { body } = await ask(query, variables);
      if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
      return body.data as T;
    },
  };
}
