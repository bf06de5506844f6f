// The course of one call. User code runs until it rests; then the next remembered step resolves, or, when none is left, new
// steps are run or reported. Invariant: after the answer nothing of user code is resumed: its promises stay pending, which no
// `catch` of an author can notice, until another call of the same run goes on here, or for ever.
import { encloseLogs } from "../logging/log-buffer.ts";
import { foundOp, type WireOp } from "../wire/op.ts";
import type { CallInput, CallOutput } from "./call.ts";
import type { CallAnswers } from "./call-answers.ts";
import { endWithError, endWithResult, errorForUser, tellFailure } from "./call-end.ts";
import { openCall, reopenCall, type OpenCall, type TurnEvents } from "./call-parts.ts";
import {
  flush,
  recallStep,
  recordNested,
  runInTime,
  save,
  startHandler,
  tellResponse,
} from "./call-edges.ts";
import type { CheckpointBuffer } from "./checkpoint-buffer.ts";
import { CONTINUATION_HEADER } from "./continue-call.ts";
import { deliverDeadline, watchDeadline } from "./deadline-watch.ts";
import type { ExecuteOptions, OpenedOptions } from "./execute.ts";
import {
  findRunnable,
  finishesSteps,
  identityOf,
  isInRace,
  isRunnable,
  type FoundStep,
} from "./found-step.ts";
import { isParkable } from "./park-rules.ts";
import type { ParkedRun } from "./parked-runs.ts";
import { Parking } from "./parking.ts";
import { performStep } from "./perform-step.ts";
import type { Retriability } from "./retriability.ts";
import { runTargeted, withNews } from "./run-targeted.ts";
import type { StepNews } from "./step-board.ts";
import type { StepOutcome } from "./step-run.ts";
import { isOvertime, openTurn, type Ending, type Turn } from "./turn.ts";

const STEP_NOT_FOUND_MS = 10_000;

/** A step that has ended in a call in which others may follow. */
interface Checkpointed {
  readonly buffer: CheckpointBuffer;
  readonly outcome: StepOutcome;
}

export class CallRun implements ParkedRun {
  readonly #options: OpenedOptions;
  #turn: Turn;
  #call: OpenCall | undefined;
  /** Of the call's scope: tells its own steps from those of other runs. */
  #owner: object | undefined;
  #ending: Ending | undefined;
  #isBusy = false;
  /** The answer leaves user code suspended at a place from which it may go on. */
  #isOpenEnded = false;
  readonly #parking = new Parking();
  #notFoundTimer: ReturnType<typeof setTimeout> | undefined;
  #stopDeadline: () => void = () => {};

  constructor(input: CallInput, options: OpenedOptions) {
    this.#options = options;
    this.#turn = openTurn(input, options, options.logs);
  }

  get input(): CallInput {
    return this.#turn.input;
  }

  get isInUse(): boolean {
    return this.#parking.isInUse;
  }

  get isRetrying(): boolean {
    return this.#parking.isRetrying;
  }

  get hasReadAttempt(): boolean {
    return this.#call?.attempt?.isRead !== false;
  }

  get #answers(): CallAnswers {
    return this.#turn.answers;
  }

  /** Runs the call to its answer. To be called once. */
  async answer(): Promise<CallOutput> {
    try {
      this.#call = await openCall(this.input, this.#options, {
        ...this.#turnEvents(this.#turn),
        perform: (request) =>
          performStep(request, { call: this.#call, owner: this.#owner, isOver: this.#isOver }),
        onRest: () => this.#onRest(),
      });
      this.#owner = this.#call.scope.owner;
      await this.#start(this.#call);
    } catch (error) {
      this.#end({ kind: "rejected", error });
    }
    return this.#leave(await this.#answers.answer);
  }

  async resume(news: StepNews, input: CallInput, options: ExecuteOptions): Promise<CallOutput> {
    const turn = openTurn(input, options, this.#options.logs);
    this.#turn = turn;
    this.#isBusy = false;
    this.#isOpenEnded = false;
    try {
      if (this.#call === undefined) throw new Error(`The run ${input.runId} is closed.`);
      this.#call = reopenCall(this.#call, turn, this.#turnEvents(turn));
      this.#call.determinism?.remember(news.stack);
      this.#call.board.remember(news);
      this.#parking.settle(news.stack);
      this.#call.board.watch();
    } catch (error) {
      this.#answerError(error);
    }
    return encloseLogs(await this.#leave(await turn.answers.answer), turn.logs);
  }

  runStep(
    news: StepNews,
    input: CallInput,
    options: ExecuteOptions,
  ): Promise<CallOutput> | undefined {
    const call = this.#call;
    const step = call && findRunnable(call.board.fresh, input.targetStepId);
    if (call === undefined || step === undefined) return undefined;
    return this.#runBeside(withNews(call, news), step, openTurn(input, options));
  }

  /** Beside whatever else the run does: the step's result reaches user code with a later call. */
  async #runBeside(call: OpenCall, step: FoundStep, turn: Turn): Promise<CallOutput> {
    const output = await this.#parking.whileRunning(() => runTargeted(call, step, turn));
    this.#parking.noteRetry(step.hashedId, turn.answers.asksAgain);
    return output;
  }

  #turnEvents(turn: Turn): TurnEvents {
    return {
      record: (op) => recordNested(this.#call, turn, op),
      isOver: () => turn.answers.isGiven,
    };
  }

  async #start(call: OpenCall): Promise<void> {
    await call.phases.hooks.beforeMemoization?.();
    if (call.board.order.size === 0) await call.phases.endReplay();
    this.#stopDeadline = watchDeadline(call, () => this.#guard(this.#fail(call)));
    if (this.input.targetStepId !== undefined) this.#restartNotFoundTimer();
    void startHandler(call, this.input).then(
      (data) => this.#end({ kind: "resolved", data }),
      (error: unknown) => this.#end({ kind: "rejected", error }),
    );
  }

  /** Whether user code will never go on. */
  get #isOver(): boolean {
    return this.#answers.isGiven && !this.#isOpenEnded;
  }

  #onRest(): void {
    const call = this.#call;
    if (call === undefined || this.#answers.isGiven) return;
    try {
      if (deliverDeadline(call)) return;
      const step = call.board.order.takeFirst();
      if (step === undefined) this.#decide(call);
      else this.#guard(recallStep(call, step));
    } catch (error) {
      this.#answerError(error);
    }
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
    if (this.input.targetStepId !== undefined) {
      const target = findRunnable(fresh, this.input.targetStepId);
      if (target === undefined) this.#restartNotFoundTimer();
      else this.#guard(this.#execute(call, target));
      return;
    }
    const [first] = fresh;
    const only = fresh.size === 1 ? first : undefined;
    const isAlone = only !== undefined && isRunnable(only) && !isInRace(only);
    const mayRun =
      isAlone && !this.input.disableImmediateExecution && !isOvertime(call, this.#turn);
    this.#guard(mayRun ? this.#execute(call, only) : this.#report(call, [...fresh]));
  }

  async #execute(call: OpenCall, step: FoundStep): Promise<void> {
    this.#isBusy = true;
    clearTimeout(this.#notFoundTimer);
    await this.#beginNewWork(call, [step]);
    if (this.#answers.isGiven) return;
    const outcome = await runInTime(call, step);
    if (this.#answers.isGiven) return;
    tellFailure(call, outcome);
    const { buffer } = call;
    // The attempt counter belongs to this step: those after it must start with their own.
    const mayGoOn = buffer?.isHolding === false && this.input.attempt === 0;
    if (mayGoOn && outcome.failure === undefined && outcome.isReplayed !== true) {
      await this.#goOn(call, step, { buffer, outcome });
      return;
    }
    if (!(await flush(call, this.#answers))) return;
    if (mayGoOn && outcome.failure?.isFinal === true) {
      this.#goOnAfterFailure(call, step, { buffer, outcome });
      return;
    }
    await call.phases.endExecution();
    const unsent = buffer?.ops ?? this.#turn.nestedOps;
    this.#parking.noteRetry(step.hashedId, outcome.failure?.isFinal === false);
    this.#suspend(call, [...unsent, outcome.op], outcome.failure);
  }

  /**
   * A step has failed for good before anything of this call is forgotten: the author's catch block still sees the variables
   * that earlier callbacks have set (R12). What it does next goes out together with the failure.
   */
  #goOnAfterFailure(call: OpenCall, step: FoundStep, { buffer, outcome }: Checkpointed): void {
    call.board.fresh.delete(step);
    buffer.hold(outcome.op);
    call.board.order.positionOf(outcome.op.id);
    step.reject(errorForUser(call, step, outcome.thrown));
    this.#isBusy = false;
    call.board.watch();
  }

  /** Checkpointing: user code continues while the result is on its way; the next step waits until it has arrived. */
  async #goOn(call: OpenCall, step: FoundStep, { buffer, outcome }: Checkpointed): Promise<void> {
    call.board.fresh.delete(step);
    save(call, this.#turn, outcome.op);
    step.resolve(outcome.copyValue());
    if (buffer.isDue && !(await flush(call, this.#answers))) return;
    this.#isBusy = false;
    call.board.watch();
  }

  async #report(call: OpenCall, steps: readonly FoundStep[]): Promise<void> {
    this.#isBusy = true;
    await this.#beginNewWork(call, steps);
    if (this.#answers.isGiven || !(await flush(call, this.#answers))) return;
    const ops = steps.map((step) => foundOp(identityOf(step)));
    const isWaiting = steps.some((step) => !isRunnable(step));
    if (isWaiting && call.deadline?.isDelivered === false) ops.push(call.deadline.markerOp());
    this.#suspend(call, [...(call.buffer?.ops ?? []), ...ops]);
  }

  /** The results come with a later call, wherever user code then is. */
  #suspend(call: OpenCall, ops: readonly WireOp[], failure?: Retriability): void {
    if (this.#answers.isGiven) return;
    this.#isOpenEnded = isParkable(call, this.#turn, { ops, failure });
    this.#answers.ops(ops, failure);
  }

  async #beginNewWork(call: OpenCall, steps: readonly FoundStep[]): Promise<void> {
    await call.phases.endReplay();
    call.determinism?.check(
      steps.map((step) => step.id),
      call.ownLogger,
    );
    const { deadline } = call;
    if (deadline !== undefined && Date.now() >= deadline.graceEndMs) await this.#fail(call);
  }

  /** The handler has returned or thrown. */
  #end(ending: Ending): void {
    if (this.#isOver || this.#ending !== undefined) return;
    this.#ending = ending;
    // A parked run ends in its next call.
    if (this.#isBusy || this.#answers.isGiven) return;
    if (this.#call === undefined) {
      this.#answerError(ending.kind === "rejected" ? ending.error : undefined);
      return;
    }
    this.#guard(this.#conclude(this.#call, ending));
  }

  async #conclude(call: OpenCall, ending: Ending): Promise<void> {
    this.#isBusy = true;
    if (ending.kind === "rejected") {
      if (!(await flush(call, this.#answers))) return;
      // The next call throws it again, after the failure of the step is recorded.
      if (call.buffer?.isHolding === true) this.#suspend(call, call.buffer.ops, { isFinal: true });
      else await endWithError(call, this.#answers, ending.error);
      return;
    }
    if (call.board.fresh.size > 0 && finishesSteps(this.input)) {
      await this.#report(call, [...call.board.fresh]);
      return;
    }
    await endWithResult(call, this.#answers, ending.data);
  }

  /** The time is over, for the steps of a catch block too. */
  async #fail(call: OpenCall): Promise<void> {
    const error = call.deadline?.error();
    if (error === undefined || this.#answers.isGiven) return;
    call.finalErrors.add(error);
    this.#isBusy = true;
    if (await flush(call, this.#answers)) await endWithError(call, this.#answers, error);
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

  /** The call is answered: what is promised to middleware and loggers happens, then the run waits or is let go. */
  async #leave(output: CallOutput): Promise<CallOutput> {
    clearTimeout(this.#notFoundTimer);
    this.#stopDeadline();
    const call = this.#call;
    call?.buffer?.close();
    if (!this.#isOpenEnded) this.close();
    if (call !== undefined) await tellResponse(call);
    const { parkedRuns } = this.#turn.options;
    if (parkedRuns === undefined) return output;
    if (call === undefined || !this.#isOpenEnded) {
      this.#parking.leave(parkedRuns);
      return output;
    }
    const value = this.#parking.park(this, parkedRuns, call.board.order);
    return { ...output, headers: { ...output.headers, [CONTINUATION_HEADER]: value } };
  }

  /** Lets go of user code. Steps that are running end for their own calls. */
  close(): void {
    this.#isOpenEnded = false;
    this.#call?.board.close();
    this.#call = undefined;
    this.#ending = undefined;
  }
}
