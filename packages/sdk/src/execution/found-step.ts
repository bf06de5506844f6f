// A step that the running function has asked for: its identity, its place in the call and the promise that user code holds.
import type { StepOptions, StepRequest } from "../steps/step-request.ts";
import type { OpIdentity } from "../wire/op.ts";
import { stepHash } from "../wire/step-hash.ts";
import type { CallScope } from "./async-context.ts";
import type { CallInput } from "./call.ts";
import type { StepScope } from "./hooks.ts";
import type { Memo } from "./memo.ts";

export interface FoundStep {
  readonly request: StepRequest;
  /** The author's id, with `:n` for a repeated one. */
  readonly id: string;
  readonly index: number;
  readonly hashedId: string;
  /** Set when the step is met, or when a later call brings its result. */
  memo: Memo | undefined;
  /** Of the code that asked for it: race mode, experiment. */
  readonly scope: CallScope | undefined;
  /** Arguments of the callback: the author's, an edited run's or the middleware's. */
  inputs: readonly unknown[];
  /** Options as middleware left them. */
  opts: Readonly<Record<string, unknown>>;
  /** Settles the promise that user code holds; left alone, user code stays suspended for ever. */
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** Gives each repeated id its index, in the order in which the steps are met. */
export class StepIds {
  readonly #counts = new Map<string, number>();
  readonly #taken = new Set<string>();

  next(id: string): { readonly id: string; readonly index: number; readonly hashedId: string } {
    let index = this.#counts.get(id) ?? 0;
    let hashedId = stepHash(id, index);
    // An author may have written the id "a:1" himself.
    while (this.#taken.has(hashedId)) {
      index += 1;
      hashedId = stepHash(id, index);
    }
    this.#counts.set(id, index + 1);
    this.#taken.add(hashedId);
    return { id: index === 0 ? id : `${id}:${index}`, index, hashedId };
  }
}

/** What goes into the op, whatever becomes of the step. */
export function identityOf(step: FoundStep): OpIdentity {
  const { options, op, wireName } = step.request;
  const mode = options.parallelMode ?? step.scope?.parallelMode;
  return {
    op,
    hashedId: step.hashedId,
    id: options.id,
    index: step.index,
    name: wireName,
    displayName: options.name ?? options.id,
    opts: {
      ...(step.inputs.length > 0 ? { input: step.inputs } : {}),
      ...(step.request.encode?.(step.opts) ?? step.opts),
      ...(mode === undefined ? {} : { parallelMode: mode }),
      ...step.scope?.experiment,
    },
  };
}

export function isRunnable(step: FoundStep): boolean {
  return step.request.handler !== undefined;
}

/** Steps of a race are always reported, so that the server can run them side by side. */
export function isInRace(step: FoundStep): boolean {
  return (step.request.options.parallelMode ?? step.scope?.parallelMode) !== undefined;
}

/**
 * Whether the run ends only after the steps that the function left behind. Those that nobody awaited are finished first, and so
 * are the losers of a race; but where races settle with their first branch, work that is still open is that of losers.
 */
export function finishesSteps(input: CallInput): boolean {
  if (input.targetStepId !== undefined) return false;
  return input.function.optimizeParallelism || !input.disableImmediateExecution;
}

/** The options of invoke and waitForEvent count as their input, so that payloads can be changed (and encrypted). */
export function hasWholeInput(step: FoundStep): boolean {
  const { stepType } = step.request;
  return stepType === "invoke" || stepType === "waitForEvent";
}

export function stepInput(step: FoundStep): readonly unknown[] {
  return hasWholeInput(step) ? [step.opts] : step.inputs;
}

/** How middleware sees the step. */
export function stepScopeOf(step: FoundStep, attempt: number): StepScope {
  return {
    id: step.id,
    hashedId: step.hashedId,
    name: step.request.options.name ?? step.request.options.id,
    stepType: step.request.stepType,
    options: step.request.options,
    input: stepInput(step),
    attempt,
    isMemoized: step.memo !== undefined && step.memo.kind !== "input",
  };
}

/**
 * Gives a step that nobody has decided on another id or name. The old id stays taken, so that numbers do not depend on middleware.
 * @returns Whether it is another step now, with another result.
 */
export function renameStep(
  step: FoundStep,
  { id, name }: Pick<StepOptions, "id" | "name">,
  ids: StepIds,
): boolean {
  const { request } = step;
  const isOther = id !== request.options.id;
  const wireName = request.wireName === request.options.id ? id : request.wireName;
  const options = { ...request.options, id, ...(name === undefined ? {} : { name }) };
  const changed = { ...request, options, ...(wireName === undefined ? {} : { wireName }) };
  Object.assign(step, isOther ? ids.next(id) : {}, { request: changed });
  return isOther;
}

/** Whether a step of the author's same id is under way. */
export function hasTwin(steps: Iterable<FoundStep>, { request }: FoundStep): boolean {
  for (const step of steps) if (step.request.options.id === request.options.id) return true;
  return false;
}

/** The step of this id, when it is one that can be run. */
export function findRunnable(
  steps: Iterable<FoundStep>,
  hashedId: string | undefined,
): FoundStep | undefined {
  for (const step of steps) if (step.hashedId === hashedId && isRunnable(step)) return step;
  return undefined;
}
