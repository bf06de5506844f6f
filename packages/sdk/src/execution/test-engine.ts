// A small engine for tests: calls a function until it ends, with everything of its state, or with only what is new where the run
// is kept in memory. It answers ops as protocol.md 4 says, as far as the tests need.
import type { CheckpointOptions } from "../functions/definition.ts";
import type { WireOp } from "../wire/op.ts";
import type { CallInput, CallOutput } from "./call.ts";
import { CONTINUATION_HEADER, continueCall } from "./continue-call.ts";
import { executeCall, type ExecuteOptions } from "./execute.ts";
import type { ParkedRuns } from "./parked-runs.ts";
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

interface Work {
  readonly op: WireOp;
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
  #wholeCalls = 0;
  #continuedCalls = 0;

  constructor(handler: (context: TestContext) => unknown, options: EngineOptions) {
    this.#options = options;
    const { checkpointing } = options;
    this.#input = testInput({ handler, ...(checkpointing === undefined ? {} : { checkpointing }) });
  }

  async run(): Promise<Ended> {
    for (let calls = 0; calls < CALLS_MAX; calls += 1) {
      const ended = this.#take(await this.#discover());
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
    if (work?.op.op === "StepPlanned") return this.#take(await this.#runStep(id, work.state));
    this.#results.set(id, null);
    return undefined;
  }

  async #discover(): Promise<CallOutput> {
    const kept = this.#kept;
    this.#kept = undefined;
    const { parkedRuns } = this.#options;
    this.#lose();
    if (parkedRuns !== undefined && kept !== undefined) {
      const stack = [...this.#results.keys()].slice(kept.count);
      const steps = Object.fromEntries(stack.map((id) => [id, this.#results.get(id)]));
      const call = { token: kept.token, news: { stack, steps }, input: this.#input };
      const { function: definition } = this.#input;
      const output = await continueCall(call, definition, { ...this.#execute, parkedRuns });
      if (output !== undefined) {
        this.#continuedCalls += 1;
        return output;
      }
    }
    this.#wholeCalls += 1;
    return executeCall({ ...this.#input, ...this.#state }, this.#execute);
  }

  async #runStep(targetStepId: string, state: Work["state"]): Promise<CallOutput> {
    const { parkedRuns } = this.#options;
    this.#lose();
    const input = { ...this.#input, targetStepId, disableImmediateExecution: true };
    if (parkedRuns !== undefined && this.#kept !== undefined) {
      const { token } = this.#kept;
      const call = { token, news: { stack: [], steps: {} }, input };
      const output = await continueCall(call, input.function, { parkedRuns });
      if (output !== undefined) {
        this.#continuedCalls += 1;
        return output;
      }
    }
    this.#wholeCalls += 1;
    return executeCall({ ...input, ...state });
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

  #take(output: CallOutput): Ended | undefined {
    const groups = KEPT.exec(output.headers[CONTINUATION_HEADER] ?? "")?.groups;
    if (groups !== undefined) {
      this.#kept = { token: groups["token"] ?? "", count: Number(groups["count"]) };
    }
    const body: unknown = JSON.parse(output.body);
    if (output.status !== 206) return this.#ended(output.status, body);
    for (const op of body as readonly WireOp[]) {
      if (op.op === "RunComplete") return this.#ended(200, op.data);
      if (op.data !== null && op.data !== undefined) this.#save(op);
      else if (op.op === "StepRun" || op.op === "Step") this.#save(op);
      else if (!this.#results.has(op.id)) this.#open.set(op.id, { op, state: this.#state });
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
