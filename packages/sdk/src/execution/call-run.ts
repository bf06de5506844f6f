// The course of one call. User code runs until it rests; then the next remembered step resolves, or, when none is left, new
// steps are run or reported. Invariant: after the answer nothing of user code is resumed: its promises stay pending, which no
// `catch` of an author can notice.
import { NonRetriableError } from "../errors.ts";
import type { StepRequest } from "../steps/step-request.ts";
import { foundOp, type WireOp } from "../wire/op.ts";
import { canFollowScopes, findScope, runInScope } from "./async-context.ts";
import type { CallInput, CallOutput } from "./call.ts";
import { CallAnswers } from "./call-answers.ts";
import { endWithError, endWithResult, errorForUser } from "./call-end.ts";
import { openCall, type OpenCall } from "./call-parts.ts";
import { isDeadlineError } from "./deadline.ts";
import { deliverDeadline, watchDeadline } from "./deadline-watch.ts";
import type { OpenedOptions } from "./execute.ts";
import { finishesSteps, identityOf, isInRace, isRunnable, type FoundStep } from "./found-step.ts";
import { recall } from "./step-board.ts";
import type { StepOutcome } from "./step-run.ts";

const STEP_NOT_FOUND_MS = 10_000;

type Ending =
  | { readonly kind: "resolved"; readonly data: unknown }
  | { readonly kind: "rejected"; readonly error: unknown };

export class CallRun {
  readonly #input: CallInput;
  readonly #options: OpenedOptions;
  readonly #answers: CallAnswers;
  readonly #startedAtMs = Date.now();
  /** Ops of nested steps that go out with their parent's. */
  #nestedOps: WireOp[] = [];
  #call: OpenCall | undefined;
  #ending: Ending | undefined;
  #isBusy = false;
  #notFoundTimer: ReturnType<typeof setTimeout> | undefined;
  #stopDeadline: () => void = () => {};

  constructor(input: CallInput, options: OpenedOptions) {
    this.#input = input;
    this.#options = options;
    this.#answers = new CallAnswers(input);
  }

  /** Runs the call to its answer. To be called once. */
  async answer(): Promise<CallOutput> {
    try {
      this.#call = await openCall(this.#input, this.#options, {
        perform: (request) => this.#perform(request),
        record: (op) => this.#record(op),
        onRest: () => this.#onRest(),
      });
      await this.#start(this.#call);
    } catch (error) {
      this.#end({ kind: "rejected", error });
    }
    const output = await this.#answers.answer;
    await this.#close();
    return output;
  }

  async #start(call: OpenCall): Promise<void> {
    const { phases, scope, context } = call;
    await phases.hooks.beforeMemoization?.();
    if (call.board.order.size === 0) await phases.endReplay();
    this.#stopDeadline = watchDeadline(call, () => this.#guard(this.#fail(call)));
    if (this.#input.targetStepId !== undefined) this.#restartNotFoundTimer();
    const { hooks } = phases;
    const handler = this.#handler();
    const started = runInScope(scope, async () =>
      hooks.wrapFunctionHandler === undefined
        ? handler(context)
        : hooks.wrapFunctionHandler(async () => handler(context)),
    );
    void started.then(
      (data) => this.#end({ kind: "resolved", data }),
      (error: unknown) => this.#end({ kind: "rejected", error }),
    );
  }

  #handler(): (context: Record<string, unknown>) => unknown {
    const { handler, onFailure } = this.#input.function;
    if (!this.#input.isFailureHandler) return handler;
    if (onFailure !== undefined) return onFailure;
    throw new NonRetriableError(
      `The function "${this.#input.function.id}" has no onFailure handler any more.`,
    );
  }

  /** A step tool was called. After the answer, and in code that goes on behind it, it never gives anything back. */
  #perform(request: StepRequest): Promise<unknown> {
    const call = this.#call;
    if (call === undefined || this.#answers.isGiven) return new Promise(() => {});
    const scope = findScope();
    if (scope?.isSelecting === true) {
      const { id } = request.options;
      const text = `The step "${id}" was called in the select function of an experiment: call it in the variants.`;
      return Promise.reject(new NonRetriableError(text));
    }
    scope?.onStep?.();
    const parent = scope?.owner === call.scope.owner ? scope.step : undefined;
    const running = parent ?? (canFollowScopes ? undefined : call.runner.current);
    if (running !== undefined) return call.runner.runNested(request, running);
    return call.board.add(request);
  }

  /** The op of a nested step: sent at once where that is possible, else together with its parent's. */
  async #record(op: WireOp): Promise<void> {
    const buffer = this.#call?.buffer;
    if (buffer === undefined) {
      this.#nestedOps.push(op);
      return;
    }
    buffer.add(op);
    const result = await buffer.flush();
    // The parent's callback goes no further; what is not sent goes out with the answer.
    if (result === "stale") {
      this.#answers.stale();
      await new Promise(() => {});
    }
  }

  #onRest(): void {
    const call = this.#call;
    if (call === undefined || this.#answers.isGiven) return;
    try {
      if (deliverDeadline(call)) return;
      const step = call.board.order.takeFirst();
      if (step === undefined) this.#decide(call);
      else this.#guard(this.#recall(call, step));
    } catch (error) {
      this.#answerError(error);
    }
  }

  async #recall(call: OpenCall, step: FoundStep): Promise<void> {
    const { memo } = step;
    const isLast = call.board.order.positionOf(step.hashedId) >= call.board.order.size - 1;
    const ended = isLast ? call.phases.endReplay() : undefined;
    if (ended !== undefined) await ended;
    if (call.deadline !== undefined && memo?.kind === "error" && isDeadlineError(memo.error)) {
      call.deadline.isDelivered = true;
      step.reject(call.runner.deadlineError(step));
    } else {
      const decoding = recall(step, call.finalErrors);
      if (step.request.decode !== undefined) await decoding;
    }
    call.board.watch();
  }

  /** User code rests and all that is remembered has been given back. */
  #decide(call: OpenCall): void {
    if (this.#isBusy) return;
    if (this.#ending !== undefined) {
      this.#guard(this.#conclude(call, this.#ending));
      return;
    }
    const { fresh } = call.board;
    if (fresh.size === 0) return;
    if (this.#input.targetStepId !== undefined) {
      this.#decideTarget(call, this.#input.targetStepId);
      return;
    }
    const [first] = fresh;
    const only = fresh.size === 1 ? first : undefined;
    const isAlone = only !== undefined && isRunnable(only) && !isInRace(only);
    const mayRun = isAlone && !this.#input.disableImmediateExecution && !this.#isOvertime(call);
    this.#guard(mayRun ? this.#execute(call, only) : this.#report(call, [...fresh]));
  }

  #decideTarget(call: OpenCall, targetStepId: string): void {
    for (const step of call.board.fresh) {
      if (step.hashedId !== targetStepId || !isRunnable(step)) continue;
      this.#guard(this.#execute(call, step));
      return;
    }
    this.#restartNotFoundTimer();
  }

  /** With checkpointing a call may last long; past its time, new steps are left to the next call. */
  #isOvertime(call: OpenCall): boolean {
    const maxRuntimeMs = this.#input.function.checkpointing?.maxRuntimeMs ?? 0;
    if (call.buffer === undefined || maxRuntimeMs <= 0) return false;
    return Date.now() - this.#startedAtMs >= maxRuntimeMs;
  }

  async #execute(call: OpenCall, step: FoundStep): Promise<void> {
    this.#isBusy = true;
    clearTimeout(this.#notFoundTimer);
    await this.#beginNewWork(call, [step]);
    if (this.#answers.isGiven) return;
    const outcome = await this.#runStep(call, step);
    if (this.#answers.isGiven) return;
    call.board.fresh.delete(step);
    if (outcome.failure !== undefined) call.logger.error(outcome.op.error);
    if (call.buffer === undefined) {
      await call.phases.endExecution();
      this.#answers.ops([...this.#nestedOps, outcome.op], outcome.failure);
      return;
    }
    // The attempt counter belongs to this step: those after it must start with their own.
    const isRepeated = this.#input.attempt > 0;
    if (outcome.failure === undefined && !isRepeated) {
      await this.#goOn(call, step, outcome);
      return;
    }
    if (!(await this.#flush(call))) return;
    if (outcome.failure?.isFinal === true && !isRepeated && !call.buffer.isHolding) {
      this.#goOnAfterFailure(call, step, outcome);
      return;
    }
    await call.phases.endExecution();
    this.#answers.ops([...call.buffer.ops, outcome.op], outcome.failure);
  }

  /**
   * A step has failed for good before anything of this call is forgotten: the author's catch block still sees the variables
   * that earlier callbacks have set (R12). What it does next goes out together with the failure.
   */
  #goOnAfterFailure(call: OpenCall, step: FoundStep, outcome: StepOutcome): void {
    call.buffer?.hold(outcome.op);
    step.reject(errorForUser(call, step, outcome.thrown));
    this.#isBusy = false;
    call.board.watch();
  }

  #runStep(call: OpenCall, step: FoundStep): Promise<StepOutcome> {
    const { deadline, runner } = call;
    if (deadline === undefined || deadline.isDelivered || Date.now() < deadline.atMs) {
      return runner.run(step);
    }
    return runner.failed(step, runner.deadlineError(step), Date.now());
  }

  /** Checkpointing: user code continues while the result is on its way; the next step waits until it has arrived. */
  async #goOn(call: OpenCall, step: FoundStep, outcome: StepOutcome): Promise<void> {
    call.buffer?.add(outcome.op);
    if (call.buffer?.isHolding !== true) step.resolve(outcome.copyValue());
    if (call.buffer?.isHolding === true) {
      await call.phases.endExecution();
      this.#answers.ops(call.buffer.ops);
      return;
    }
    if (call.buffer?.isDue === true && !(await this.#flush(call))) return;
    this.#isBusy = false;
    call.board.watch();
  }

  async #report(call: OpenCall, steps: readonly FoundStep[]): Promise<void> {
    this.#isBusy = true;
    await this.#beginNewWork(call, steps);
    if (this.#answers.isGiven || !(await this.#flush(call))) return;
    const ops = steps.map((step) => foundOp(identityOf(step)));
    const isWaiting = steps.some((step) => !isRunnable(step));
    if (isWaiting && call.deadline?.isDelivered === false) ops.push(call.deadline.markerOp());
    this.#answers.ops([...(call.buffer?.ops ?? []), ...ops]);
  }

  async #beginNewWork(call: OpenCall, steps: readonly FoundStep[]): Promise<void> {
    await call.phases.endReplay();
    call.determinism?.check(
      steps.map((step) => step.id),
      call.logger,
    );
    const { deadline } = call;
    if (deadline !== undefined && Date.now() >= deadline.graceEndMs) await this.#fail(call);
  }

  /** The handler has returned or thrown. */
  #end(ending: Ending): void {
    if (this.#answers.isGiven || this.#ending !== undefined) return;
    this.#ending = ending;
    if (this.#isBusy) return;
    if (this.#call === undefined) {
      this.#answerError(ending.kind === "rejected" ? ending.error : undefined);
      return;
    }
    this.#guard(this.#conclude(this.#call, ending));
  }

  async #conclude(call: OpenCall, ending: Ending): Promise<void> {
    this.#isBusy = true;
    if (ending.kind === "rejected") {
      if (!(await this.#flush(call))) return;
      // The next call throws it again, after the failure of the step is recorded.
      if (call.buffer?.isHolding === true) this.#answers.ops(call.buffer.ops, { isFinal: true });
      else await endWithError(call, this.#answers, ending.error);
      return;
    }
    if (call.board.fresh.size > 0 && finishesSteps(this.#input)) {
      await this.#report(call, [...call.board.fresh]);
      return;
    }
    await endWithResult(call, this.#answers, ending.data);
  }

  /** Sends what the server does not have. False: that did not work, and the call has been answered. */
  async #flush(call: OpenCall): Promise<boolean> {
    if (call.buffer === undefined) return true;
    const result = await call.buffer.flush();
    if (result === "sent") return !this.#answers.isGiven;
    if (result === "stale") this.#answers.stale();
    else this.#answers.ops(call.buffer.ops);
    return false;
  }

  /** The time is over, for the steps of a catch block too. */
  async #fail(call: OpenCall): Promise<void> {
    const error = call.deadline?.error();
    if (error === undefined || this.#answers.isGiven) return;
    call.finalErrors.add(error);
    this.#isBusy = true;
    if (await this.#flush(call)) await endWithError(call, this.#answers, error);
  }

  #restartNotFoundTimer(): void {
    clearTimeout(this.#notFoundTimer);
    this.#notFoundTimer = setTimeout(() => {
      this.#answers.stepNotFound(this.#call?.board.fresh ?? []);
    }, this.#options.stepNotFoundMs ?? STEP_NOT_FOUND_MS);
  }

  /** Errors of middleware and of our own become the call's answer, like those of the handler. */
  #guard(work: Promise<void>): void {
    void work.catch((error: unknown) => this.#answerError(error));
  }

  #answerError(error: unknown): void {
    const finalErrors = this.#call?.finalErrors ?? new WeakSet();
    this.#answers.error(error, this.#answers.retriabilityOf(error, finalErrors));
  }

  /** Lets go of user code and timers; only what is promised to middleware and loggers still happens. */
  async #close(): Promise<void> {
    clearTimeout(this.#notFoundTimer);
    this.#stopDeadline();
    const call = this.#call;
    this.#call = undefined;
    this.#ending = undefined;
    if (call === undefined) return;
    call.buffer?.close();
    call.board.close();
    try {
      await call.phases.hooks.beforeResponse?.();
      await call.logger.flush();
    } catch (error) {
      // The answer stands: the work is done, whatever middleware makes of it.
      call.logger.error(error);
    }
  }
}
