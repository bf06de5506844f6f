// One run as the stub engine drives it: the calls that the protocol asks for, with the official call body, and nothing else.
// No store, no queue: how fast this goes is how fast the SDK is, which is the ceiling of every engine.
import {
  buildCallBody,
  parseCallResponse,
  signBody,
  toQueueItemId,
  type CallResult,
  type Op,
  type RawCallResponse,
} from "@everstep/protocol";
import { SIGNING_KEY } from "../processes/keys.ts";

export type Post = (
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<RawCallResponse>;

export interface StubRunOptions {
  readonly runId: string;
  /** `<app id>-<function id>`. */
  readonly slug: string;
  readonly eventJson: string;
  readonly post: Post;
}

/** Neither is looked up by an SDK, but both must be there. */
const FUNCTION_UUID = "11111111-2222-3333-4444-555555555555";
const ACCOUNT_UUID = "00000000-0000-4000-a000-000000000000";

export class StubRun {
  readonly #options: StubRunOptions;
  readonly #stack: string[] = [];
  readonly #outputs = new Map<string, string>();
  #version = -1;
  #calls = 0;

  constructor(options: StubRunOptions) {
    this.#options = options;
  }

  /** Takes a finished step, from an answer or a checkpoint. */
  settle(op: Op): void {
    if (this.#outputs.has(op.id)) return;
    this.#stack.push(op.id);
    this.#outputs.set(op.id, `{"data":${op.dataJson ?? "null"}}`);
  }

  /** Ends when the function has ended, or stands at a sleep or a wait. @throws when the app fails the run. */
  async toEnd(): Promise<void> {
    for (;;) {
      const ops = await this.#call("step", false);
      if (ops === "done") return;
      const planned = ops.filter((op) => op.op === "StepPlanned");
      await Promise.all(planned.map((op) => this.#call(op.id, true)));
      const isStanding = ops.some((op) => op.op === "Sleep" || op.op === "WaitForEvent");
      if (isStanding || ops.some((op) => op.op === "RunComplete")) return;
    }
  }

  async #call(stepId: string, isPlanned: boolean): Promise<readonly Op[] | "done"> {
    const result = await this.#send(stepId, isPlanned);
    if (result.kind === "done") return "done";
    if (result.kind === "error") {
      throw new Error(`${this.#options.slug}: ${result.error.name}: ${result.error.message}`);
    }
    if (this.#version === -1) this.#version = result.requestVersion;
    for (const op of result.ops) if (op.op === "StepRun" || op.op === "Step") this.settle(op);
    return result.ops;
  }

  async #send(stepId: string, isPlanned: boolean): Promise<CallResult> {
    const { runId, slug, post } = this.#options;
    this.#calls += 1;
    const requestId = runId;
    const jobId = String(this.#calls);
    const body = this.#body({ stepId, isPlanned, jobId, requestId });
    const headers = {
      "user-agent": "everstep",
      "x-inngest-signature": signBody({ key: SIGNING_KEY, body, atMs: Date.now() }),
      "x-run-id": runId,
      "x-request-id": requestId,
      "x-inngest-generation-id": String(this.#calls),
      "x-inngest-job-id": jobId,
      "x-inngest-req-version": String(this.#version),
      "x-inngest-step-id": stepId,
      "account-id": ACCOUNT_UUID,
    };
    return parseCallResponse(await post(`?fnId=${slug}&stepId=${stepId}`, headers, body));
  }

  #body(call: {
    readonly stepId: string;
    readonly isPlanned: boolean;
    readonly jobId: string;
    readonly requestId: string;
  }): string {
    const { runId, eventJson } = this.#options;
    return buildCallBody({
      ctx: {
        attempt: 0,
        disableImmediateExecution: call.isPlanned,
        env: "",
        fnId: FUNCTION_UUID,
        generationId: this.#calls,
        jobId: call.jobId,
        maxAttempts: 5,
        qiId: toQueueItemId(call.jobId),
        requestId: call.requestId,
        runId,
        stack: this.#stack,
        current: this.#stack.length,
        stepId: call.stepId,
        useApi: false,
      },
      eventsJson: [eventJson],
      steps: this.#outputs,
      version: this.#version,
    });
  }
}
