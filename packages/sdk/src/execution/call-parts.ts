// What a call consists of, put together from its request: the handler's argument, the middleware, the board of steps, the
// runner, and what the function's options add (deadline, checkpointing).
import type { EventObject, Logger } from "../functions/definition.ts";
import { diagnoseCall, diagnoseTwins } from "../logging/diagnostics.ts";
import type { LogBuffer } from "../logging/log-buffer.ts";
import { childLogger, ProxyLogger, type LogSink } from "../logging/proxy-logger.ts";
import { engineStepPort } from "../steps/engine-step-port.ts";
import { groupTools } from "../steps/group-tools.ts";
import type { StepPort, StepRequest } from "../steps/step-request.ts";
import { stepTools } from "../steps/step-tools.ts";
import type { WireOp } from "../wire/op.ts";
import { canFollowScopes, findScope, type CallScope, type RunningStep } from "./async-context.ts";
import type { CallInput } from "./call.ts";
import { CheckpointBuffer, type CheckpointPort } from "./checkpoint-buffer.ts";
import { Deadline, runStartMs } from "./deadline.ts";
import { DeterminismCheck } from "./determinism-check.ts";
import type { ExecuteOptions, OpenedOptions } from "./execute.ts";
import { hasTwin, type FoundStep } from "./found-step.ts";
import { defineReplaying, handlerContext } from "./handler-context.ts";
import { HookPhases } from "./hook-phases.ts";
import type { ExecutionHooks } from "./hooks.ts";
import { memoizedSteps, withChangedSteps } from "./memo.ts";
import { StepBoard } from "./step-board.ts";
import type { Turn } from "./turn.ts";
import { StepRunner } from "./step-run.ts";
import { ToldAttempt } from "./told-attempt.ts";

export interface OpenCall {
  readonly context: Record<string, unknown>;
  /** Remembered values by hashed id; those of a parked run grow. */
  readonly steps: Record<string, unknown>;
  readonly scope: CallScope;
  readonly logger: ProxyLogger;
  /** What the SDK itself has to say goes to the user's logger and is no line of the function. */
  readonly ownLogger: Logger;
  /** Present when the engine keeps lines. */
  readonly logs: LogBuffer | undefined;
  readonly phases: HookPhases;
  readonly board: StepBoard;
  readonly runner: StepRunner;
  /** Errors of this call that no retry can change. */
  readonly finalErrors: WeakSet<object>;
  readonly deadline: Deadline | undefined;
  /** Present when steps may follow each other within this call. */
  readonly buffer: CheckpointBuffer | undefined;
  readonly determinism: DeterminismCheck | undefined;
  /** Absent for a run that cannot be kept. */
  readonly attempt: ToldAttempt | undefined;
  /** Whether the engine wants to know which step an error comes from; official servers take the error as it is. */
  readonly tellsStep: boolean;
}

/** What the parts ask of the call. */
export interface CallEvents extends TurnEvents {
  perform(request: StepRequest): Promise<unknown>;
  onRest(): void;
}

/** What differs between the calls that one run of user code serves. */
export interface TurnEvents {
  record(op: WireOp): Promise<void>;
  isOver(): boolean;
}

export async function openCall(
  input: CallInput,
  options: OpenedOptions,
  events: CallEvents,
): Promise<OpenCall> {
  const { function: definition, event, runId } = input;
  const { hooks, logs } = options;
  const ownLogger = loggerOf(input);
  const owner = {};
  let runner: StepRunner | undefined;
  const sink = logs === undefined ? undefined : logSink(logs, owner, () => runner?.current);
  const logger = new ProxyLogger(ownLogger, sink);
  const port = stepPortOf(input, options, events);
  const step = stepTools(port);
  const group = groupTools(port);
  const attempt = options.parkedRuns === undefined ? undefined : new ToldAttempt(input.attempt);
  const { context, steps: remembered } = await transformInput(
    hooks,
    handlerContext(input, { step, group, logger, attempt }),
    input.steps,
  );
  // Of its own, since later calls of a parked run add to it; only the spread of a few references is paid for.
  const steps = options.parkedRuns === undefined ? remembered : { ...remembered };
  await checkEvents(input, context);
  // Middleware may have copied the context, which would have made a value of it.
  defineReplaying(context, logger);
  const scope: CallScope = {
    owner,
    runId,
    app: definition.client,
    event,
    tools: () => step,
    groupTools: () => group,
    isReplaying: () => !logger.isEnabled,
    context,
  };
  const finalErrors = new Set<object>();
  const deadline = deadlineOf(input);
  const determinism = determinismOf(input);
  const board = new StepBoard({
    attempt: input.attempt,
    steps,
    stack: stackOf(input),
    hooks,
    onMet: (met) => {
      determinism?.met(met.hashedId, met.id);
      lookForTwin(board, met, input);
    },
    onRest: () => events.onRest(),
  });
  const phases = new HookPhases(hooks, logger);
  const parts = {
    context,
    steps,
    scope,
    logger,
    ownLogger,
    logs,
    phases,
    board,
    finalErrors,
    deadline,
    determinism,
    attempt,
    tellsStep: options.keepsWaits === true,
  };
  runner = openRunner(parts, input, events);
  return { ...parts, runner, buffer: bufferOf(input, options, logs) };
}

function stepPortOf(input: CallInput, options: OpenedOptions, events: CallEvents): StepPort {
  return engineStepPort({
    input,
    keepsWaits: options.keepsWaits ?? false,
    hooks: () => options.hooks,
    perform: (request) => events.perform(request),
  });
}

/** Steps of one id that are under way together get their numbers in an order that may change. */
function lookForTwin(board: StepBoard, met: FoundStep, input: CallInput): void {
  if (met.index === 0 || !hasTwin(board.fresh, met)) return;
  diagnoseTwins(input.function, met.request.options.id);
}

/** The same run of user code, for another call. */
export function reopenCall(
  call: OpenCall,
  { input, options, logs }: Pick<Turn, "input" | "options" | "logs">,
  events: TurnEvents,
): OpenCall {
  call.attempt?.goOn(input.attempt);
  const runner = openRunner(call, input, events);
  return { ...call, runner, buffer: bufferOf(input, options, logs) };
}

/** A runner reads attempts from its own call. */
export function openRunner(
  call: Pick<OpenCall, "steps" | "phases" | "scope" | "deadline" | "finalErrors" | "logs">,
  input: CallInput,
  events: TurnEvents,
): StepRunner {
  const { steps, phases, scope, deadline, finalErrors, logs } = call;
  const { hooks } = phases;
  return new StepRunner({
    input,
    steps,
    hooks,
    scope,
    deadline,
    finalErrors,
    logs,
    record: (op) => events.record(op),
    isOver: () => events.isOver(),
  });
}

/**
 * What starts a run is checked before the handler sees it, and after middleware, which may have decrypted it. The failure handler
 * has the engine's own event.
 */
async function checkEvents(input: CallInput, context: Record<string, unknown>): Promise<void> {
  const { checkEvent } = input.function;
  if (checkEvent === undefined || input.isFailureHandler) return;
  const given = context["events"] as readonly EventObject[];
  const events = await Promise.all(given.map((event) => checkEvent(event)));
  context["event"] = events[0] ?? (await checkEvent(context["event"] as EventObject));
  context["events"] = events;
}

/** Middleware may add to the handler's argument and change remembered values (to decrypt them, say). */
async function transformInput(
  hooks: ExecutionHooks,
  context: Record<string, unknown>,
  steps: Readonly<Record<string, unknown>>,
): Promise<{ context: Record<string, unknown>; steps: Readonly<Record<string, unknown>> }> {
  if (hooks.transformInput === undefined) return { context, steps };
  const changed = await hooks.transformInput({ ctx: context, steps: memoizedSteps(steps) });
  return {
    context: changed?.ctx === undefined ? context : { ...context, ...changed.ctx },
    steps: changed?.steps === undefined ? steps : withChangedSteps(steps, changed.steps),
  };
}

/** Without a stack the order of the steps' keys stands in. */
function stackOf(input: CallInput): readonly string[] {
  if (input.stack.length > 0) return input.stack;
  const ids = Object.keys(input.steps);
  return ids.length === 0 ? input.stack : ids;
}

/** A line belongs to the step in whose callback it is written, and leaves with what that callback's call answers. */
function logSink(logs: LogBuffer, owner: object, current: () => RunningStep | undefined): LogSink {
  return (level, args, bindings) => {
    const scope = findScope();
    const followed = scope?.owner === owner ? scope.step : undefined;
    const step = followed ?? (canFollowScopes ? undefined : current());
    (step?.logs ?? logs).add(level, args, { stepId: step?.hashedId, bindings });
  };
}

function loggerOf(input: CallInput): ReturnType<typeof childLogger> {
  return childLogger(input.function.client.logger, {
    runID: input.runId,
    functionName: input.function.name,
    eventName: input.event.name,
  });
}

/** In dev mode the author is told of likely mistakes. */
function determinismOf({
  function: definition,
  runId,
  stack,
}: CallInput): DeterminismCheck | undefined {
  if (definition.client.mode !== "dev") return undefined;
  diagnoseCall(definition, stack.length);
  return new DeterminismCheck(runId, stack);
}

function deadlineOf(input: CallInput): Deadline | undefined {
  const { timeoutMs, timeoutGraceMs } = input.function;
  if (timeoutMs === undefined || input.isFailureHandler) return undefined;
  const startedAtMs = runStartMs(input.runId, input.event.ts ?? Date.now());
  return new Deadline(timeoutMs, startedAtMs, timeoutGraceMs);
}

/** A targeted call runs one step only, and one of several parallel ones may not go on alone. */
function bufferOf(
  input: CallInput,
  { checkpoint }: ExecuteOptions,
  logs: LogBuffer | undefined,
): CheckpointBuffer | undefined {
  const { checkpointing } = input.function;
  const isAble =
    input.fnId !== undefined &&
    input.targetStepId === undefined &&
    !input.disableImmediateExecution;
  if (!isAble || checkpoint === undefined || checkpointing === undefined) return undefined;
  return new CheckpointBuffer(
    logs === undefined ? checkpoint : renewing(checkpoint, logs),
    checkpointing,
  );
}

/** What has arrived makes room for more lines. */
function renewing(checkpoint: CheckpointPort, logs: LogBuffer): CheckpointPort {
  return {
    async send(ops) {
      const outcome = await checkpoint.send(ops);
      logs.renew();
      return outcome;
    },
  };
}
