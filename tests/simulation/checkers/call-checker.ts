// Calls (field.md 5.3: 5, 6, 8, 13): nothing leaves before it is durable; a call carries exactly what is recorded, so that a
// recorded step is never run again; first calls of a lane come in order.
import type { AckedCheckpoint } from "../client.ts";
import type { SentCall } from "../network.ts";
import type { CheckContext, Checker } from "./checker.ts";
import { hasEnded, type ModelRun } from "./model.ts";

export class CallChecker implements Checker {
  readonly #context: CheckContext;
  /** The dispatch whose checkpoint of a step was acknowledged. */
  readonly #acked = new Map<string, number>();
  #lastGeneration = 0;

  constructor(context: CheckContext) {
    this.#context = context;
  }

  onSent(sent: SentCall): void {
    const { model, violate } = this.#context;
    const { ctx } = sent.body;
    this.#checkTimer(sent);
    if (ctx.generation_id <= this.#lastGeneration) {
      violate("generations increase", `${ctx.generation_id} after ${this.#lastGeneration}`);
    }
    this.#lastGeneration = ctx.generation_id;
    const run = model.runs.get(ctx.run_id);
    if (run === undefined || hasEnded(run)) {
      violate("nothing after the end", `a call of run ${ctx.run_id}`);
      return;
    }
    this.#checkState(sent, run);
    this.#checkTurn(sent, run);
  }

  onCheckpointAcked({ runId, stepIds, callGeneration, isFenced }: AckedCheckpoint): void {
    const { model, violate } = this.#context;
    for (const stepId of stepIds) {
      // Without fencing an old execution may still record steps that the current one runs too (protocol.md 8.1).
      if (isFenced) this.#acked.set(`${runId}.${stepId}`, callGeneration);
      if (model.runs.get(runId)?.outputs.has(stepId) === true) continue;
      violate("acked is stored", `checkpoint of step ${stepId} in run ${runId}`);
    }
  }

  onStep({
    runId,
    stepId,
    generation,
  }: {
    runId: string;
    stepId: string;
    generation: number;
  }): void {
    const by = this.#acked.get(`${runId}.${stepId}`);
    // An older call may still be under way somewhere; what it does is fenced off. A newer one must know better.
    if (by === undefined || by >= generation) return;
    const message = `step ${stepId} of run ${runId} in ${generation}`;
    this.#context.violate("recorded steps never run again", message);
  }

  #checkTimer({ jobId, body: { ctx } }: SentCall): void {
    const { model, violate, inFlight, nowMs } = this.#context;
    const timer = model.timers.get(jobId);
    if (timer === undefined || timer.runId !== ctx.run_id) {
      violate("durable before it leaves", `run ${ctx.run_id} was called for timer ${jobId}`);
      return;
    }
    if (timer.dueAtMs > nowMs()) violate("nothing is early", `call ${jobId} of run ${ctx.run_id}`);
    if (timer.attempt !== ctx.attempt)
      violate("attempts count up", `call ${jobId}: ${ctx.attempt}`);
    const stepId = timer.op?.stepId ?? "step";
    if (stepId !== ctx.step_id) violate("targets", `call ${jobId} asks for ${ctx.step_id}`);
    for (const other of inFlight) {
      if (other.jobId === jobId) violate("one call per timer", `timer ${jobId} is out already`);
    }
  }

  #checkState({ body: { ctx, steps } }: SentCall, run: ModelRun): void {
    const { violate } = this.#context;
    const rule = "calls carry what is recorded";
    if (JSON.stringify(ctx.stack.stack) !== JSON.stringify(run.stack)) {
      violate(rule, `run ${ctx.run_id}: stack ${ctx.stack.stack.join()}`);
    }
    const sent = Object.keys(steps).length;
    if (sent !== run.outputs.size) {
      violate(rule, `run ${ctx.run_id}: ${sent} of ${run.outputs.size} steps`);
    }
    for (const [stepId, outputJson] of run.outputs) {
      if (JSON.stringify(steps[stepId]) === JSON.stringify(JSON.parse(outputJson))) continue;
      violate("outputs never change", `run ${ctx.run_id} step ${stepId}`);
    }
  }

  #checkTurn(sent: SentCall, run: ModelRun): void {
    const { model, violate, inFlight } = this.#context;
    const { functionId, orderKey, createdAtMs, startedAtMs, flow } = run.head;
    if (startedAtMs !== undefined || sent.body.ctx.attempt > 0) return;
    for (const other of model.runs.values()) {
      if (other.head.functionId !== functionId || other.head.orderKey >= orderKey) continue;
      if (other.head.startedAtMs !== undefined || hasEnded(other)) continue;
      // Groups of keys take turns.
      if (other.head.flow?.lane !== flow?.lane) continue;
      const first = [...other.timers.values()].find(({ kind }) => kind === "call");
      const isOut = [...inFlight].some(({ body }) => body.ctx.run_id === other.head.id);
      if (isOut || first?.attempt !== 0 || first.dueAtMs > createdAtMs) continue;
      violate("runs start in order", `run ${run.head.id} before ${other.head.id}`);
    }
  }
}
