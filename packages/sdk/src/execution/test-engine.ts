// A small engine for tests: calls a function until it ends, with everything of its state, or with only what is new where the run
// is kept in memory. It answers ops as protocol.md 4 says, as far as the tests need.
import type { CheckpointOptions } from "../functions/definition.ts";
import type { WireOp } from "../wire/op.ts";
import type { CallInput, CallOutput } from "./call.ts";
import { CONTINUATION_HEADER, continueCall } from "./continue-call.ts";
import { executeCall, type ExecuteOptions } from "./execute.ts";
import type { ParkedRuns } from "./parked-runs.ts";
import type { StepNews } from "./step-board.ts";
import { testInput, type TestContext } from "./test-call.ts";

export interface EngineOptions {
  readonly checkpointing?: CheckpointOptions;
  /** Absent: every call is whole. */
  readonly parkedRuns?: ParkedRuns;
  /** Which of several open pieces of work ends next; by default the first. */
  readonly pick?: (count: number) => number;
  /** Asked before each call: whether the app forgets every run it keeps, as after a restart. */
  readonly loses?: () => boolean;
}

export interface Ended {
  readonly status: number;
  readonly output: unknown;
  /** Results by hashed id, in the order in which they came. */
  readonly results: readonly (readonly [string, unknown])[];
  readonly wholeCalls: number;
  readonly continuedCalls: number;
}

const CALLS_MAX = 2_000;
const KEPT = /^(?<token>[\w-]+);known=(?<count>\d+)/;

const ENDED: ReadonlySet<string> = new Set(["StepRun", "Step", "StepFailed"]);

interface Work {
  readonly op: WireOp;
  readonly attempt: number;
  /** Of the time at which it was found: an engine makes the calls of parallel steps at once. */
  readonly state: Pick<CallInput, "steps" | "stack">;
}

export async function runToEnd(
  handler: (context: TestContext) => unknown,
  options: EngineOptions = {},
): Promise<Ended> {
  return new TestEngine(handler, options).run();
}

class TestEngine {
  readonly #options: EngineOptions;
  readonly #input: CallInput;
  readonly #results = new Map<string, unknown>();
  readonly #open = new Map<string, Work>();
  #kept: { readonly token: string; readonly count: number } | undefined;
  /** Of the next discovery. */
  #attempt = 0;
  #wholeCalls = 0;
  #continuedCalls = 0;

  constructor(handler: (context: TestContext) => unknown, options: EngineOptions) {
    this.#options = options;
    const { checkpointing } = options;
    this.#input = testInput({ handler, ...(checkpointing === undefined ? {} : { checkpointing }) });
  }

  async run(): Promise<Ended> {
    for (let calls = 0; calls < CALLS_MAX; calls += 1) {
      const attempt = this.#attempt;
      this.#attempt = 0;
      const ended = this.#take(await this.#discover(attempt), () => {
        this.#attempt = attempt + 1;
      });
      if (ended !== undefined) return ended;
      while (this.#open.size > 0) {
        const endedByStep = await this.#endOne();
        if (endedByStep !== undefined) return endedByStep;
      }
    }
    throw new Error("The run does not end.");
  }

  async #endOne(): Promise<Ended | undefined> {
    const ids = [...this.#open.keys()];
    const id = ids[this.#options.pick?.(ids.length) ?? 0] ?? "";
    const work = this.#open.get(id);
    this.#open.delete(id);
    if (work?.op.op === "StepPlanned") {
      return this.#take(await this.#runStep(id, work), () => {
        this.#open.set(id, { ...work, attempt: work.attempt + 1, state: this.#state });
      });
    }
    this.#results.set(id, null);
    return undefined;
  }

  async #discover(attempt: number): Promise<CallOutput> {
    const input = { ...this.#input, attempt };
    const kept = this.#kept;
    this.#kept = undefined;
    const { parkedRuns } = this.#options;
    this.#lose();
    if (parkedRuns !== undefined && kept !== undefined) {
      const call = { token: kept.token, news: this.#newsAfter(kept.count), input };
      const output = await continueCall(call, input.function, { ...this.#execute, parkedRuns });
      if (output !== undefined) {
        this.#continuedCalls += 1;
        return output;
      }
    }
    this.#wholeCalls += 1;
    return executeCall({ ...input, ...this.#state }, this.#execute);
  }

  async #runStep(targetStepId: string, { attempt, state }: Work): Promise<CallOutput> {
    const { parkedRuns } = this.#options;
    this.#lose();
    const input = { ...this.#input, attempt, targetStepId, disableImmediateExecution: true };
    if (parkedRuns !== undefined && this.#kept !== undefined) {
      const { token, count } = this.#kept;
      const call = { token, news: this.#newsAfter(attempt === 0 ? Infinity : count), input };
      const output = await continueCall(call, input.function, { parkedRuns });
      if (output !== undefined) {
        this.#continuedCalls += 1;
        return output;
      }
    }
    this.#wholeCalls += 1;
    return executeCall({ ...input, ...state });
  }

  #newsAfter(count: number): StepNews {
    const stack = [...this.#results.keys()].slice(count);
    return { stack, steps: Object.fromEntries(stack.map((id) => [id, this.#results.get(id)])) };
  }

  #lose(): void {
    if (this.#options.loses?.() === true) this.#options.parkedRuns?.clear();
  }

  get #state(): Pick<CallInput, "steps" | "stack"> {
    return { steps: Object.fromEntries(this.#results), stack: [...this.#results.keys()] };
  }

  get #execute(): ExecuteOptions {
    const { parkedRuns, checkpointing } = this.#options;
    return {
      parkedRuns,
      ...(checkpointing === undefined
        ? {}
        : {
            checkpoint: {
              send: async (ops) => {
                for (const op of ops) this.#save(op);
                return undefined;
              },
            },
          }),
    };
  }

  /** @param onRetry The call is to be made again. */
  #take(output: CallOutput, onRetry: () => void): Ended | undefined {
    const groups = KEPT.exec(output.headers[CONTINUATION_HEADER] ?? "")?.groups;
    if (groups !== undefined) {
      this.#kept = { token: groups["token"] ?? "", count: Number(groups["count"]) };
    }
    const body: unknown = JSON.parse(output.body);
    if (output.status !== 206) return this.#ended(output.status, body);
    for (const op of body as readonly WireOp[]) {
      if (op.op === "RunComplete") return this.#ended(200, op.data);
      if (op.op === "StepError") onRetry();
      else if (op.data !== null && op.data !== undefined) this.#save(op);
      else if (ENDED.has(op.op)) this.#save(op);
      else if (!this.#results.has(op.id)) {
        this.#open.set(op.id, { op, attempt: 0, state: this.#state });
      }
    }
    return undefined;
  }

  #save(op: WireOp): void {
    if (op.op === "StepFailed") this.#results.set(op.id, { error: op.error });
    else this.#results.set(op.id, { data: op.data ?? null });
    this.#open.delete(op.id);
  }

  #ended(status: number, output: unknown): Ended {
    return {
      status,
      output,
      results: [...this.#results],
      wholeCalls: this.#wholeCalls,
      continuedCalls: this.#continuedCalls,
    };
  }
}
