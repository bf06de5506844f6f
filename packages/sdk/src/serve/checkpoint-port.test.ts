// Checkpoints: what is sent, what is tried again, and when to stop.
import { describe, expect, it } from "vitest";
import type { WireOp } from "../wire/op.ts";
import { createCheckpointPort, type CheckpointedCall } from "./checkpoint-port.ts";
import type { ApiRequest } from "./engine-api.ts";

const CALL: CheckpointedCall = {
  runId: "01RUN",
  fnId: "fn",
  queueItemId: "qi",
  requestId: "req",
  generationId: 3,
  startedAtMs: 5,
};

function open(answers: (Response | Error)[]): {
  readonly sent: ApiRequest[];
  readonly waits: number[];
  readonly save: (ops: readonly object[]) => Promise<unknown>;
} {
  const sent: ApiRequest[] = [];
  const waits: number[] = [];
  const api = (request: ApiRequest): Promise<Response> => {
    sent.push(request);
    const answer = answers.shift() ?? new Error("more requests than answers");
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const port = createCheckpointPort(api, CALL, (delayMs) => {
    waits.push(delayMs);
    return Promise.resolve();
  });
  return { sent, waits, save: (ops) => port.send(ops as readonly WireOp[]) };
}

describe("a checkpoint", () => {
  it("sends the ops with what identifies the call", async () => {
    const { sent, save } = open([new Response("")]);
    expect(await save([{ op: "StepRun" }])).toBeUndefined();
    expect(sent[0]).toMatchObject({ method: "POST", path: "/v1/checkpoint/01RUN/async" });
    expect(JSON.parse(sent[0]?.body ?? "")).toEqual({
      run_id: "01RUN",
      fn_id: "fn",
      qi_id: "qi",
      request_id: "req",
      generation_id: 3,
      request_started_at: 5,
      steps: [{ op: "StepRun" }],
      ts: expect.any(Number) as number,
    });
  });

  it("is tried again while the engine is away, five times in all", async () => {
    const away = (): Error => new TypeError("fetch failed");
    const busy = (): Response => new Response("", { status: 503 });
    const { waits, save } = open([
      away(),
      busy(),
      new Response("", { status: 429 }),
      new Response(""),
    ]);
    expect(await save([])).toBeUndefined();
    expect(waits).toEqual([100, 200, 400]);
    const failing = open([away(), away(), away(), away(), busy()]);
    await expect(failing.save([])).rejects.toThrow("503");
    expect(failing.sent).toHaveLength(5);
  });

  it("says stale when another call has taken over", async () => {
    expect(await open([new Response("", { status: 409 })]).save([])).toBe("stale");
  });

  it("is not tried again when the engine refuses it", async () => {
    const { sent, save } = open([new Response("cannot checkpoint", { status: 400 })]);
    await expect(save([])).rejects.toThrow("400 to a checkpoint: cannot checkpoint");
    expect(sent).toHaveLength(1);
  });
});
