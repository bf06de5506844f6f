// Checkpoints over a real socket (protocol.md 8.1): what reaches the engine, and each status that SDKs act on.
import { afterEach, describe, expect, it } from "vitest";
import type { CheckpointRequest } from "@everstep/engine";
import { EverstepError, toQueueItemId, type ErrorCode } from "@everstep/protocol";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

const RUN = "01JABCDEFGHJKMNPQRSTVWXYZ0";
const KEY = "signkey-test-abcdef0123456789";

let running: TestServer | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function start(options: { fail?: ErrorCode; serverKind?: "dev" | "cloud" } = {}): Promise<{
  send: (body: unknown, init?: RequestInit) => Promise<Response>;
  taken: CheckpointRequest[];
}> {
  const taken: CheckpointRequest[] = [];
  const server = await startTestServer({
    serverKind: options.serverKind ?? "dev",
    signingKeys: options.serverKind === "cloud" ? [KEY] : [],
    engine: {
      checkpoint: (request) => {
        taken.push(request);
        return options.fail === undefined
          ? Promise.resolve()
          : Promise.reject(new EverstepError(options.fail, "Because."));
      },
    },
  });
  running = server;
  const send = (body: unknown, init: RequestInit = {}): Promise<Response> =>
    server.fetch(`/v1/checkpoint/${RUN}/async`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      ...init,
    });
  return { send, taken };
}

const step = { op: "StepRun", id: "a".repeat(40), name: "charge", data: { b: 1, a: 2 } };

describe("accepted checkpoints", () => {
  it("hands ops, generation and job to the engine and answers 200 without a body", async () => {
    const { send, taken } = await start();
    const response = await send({
      run_id: RUN,
      fn_id: "f",
      qi_id: toQueueItemId("job-7"),
      generation_id: 3,
      steps: [step],
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
    expect(taken).toMatchObject([
      {
        runId: RUN,
        generation: 3,
        jobId: "job-7",
        ops: [{ op: "StepRun", dataJson: '{"a":2,"b":1}' }],
      },
    ]);
  });

  it("leaves generation and job away when the SDK does not send them", async () => {
    const { send, taken } = await start();
    expect((await send({ qi_id: "", generation_id: 0, steps: [step] })).status).toBe(200);
    expect(Object.keys(taken[0] ?? {}).toSorted()).toEqual(["ops", "runId"]);
  });

  it("takes the older path too", async () => {
    const { taken } = await start();
    const response = await running?.fetch(`/v1/http/runs/${RUN}/async`, {
      method: "POST",
      body: JSON.stringify({ steps: [] }),
    });
    expect(response?.status).toBe(200);
    expect(taken[0]?.runId).toBe(RUN);
  });
});

describe("refused checkpoints", () => {
  it.each(["StepError", "StepFailed", "RunComplete", "Sleep", "WaitForEvent"])(
    "refuses %s and takes none of the ops before it",
    async (op) => {
      const { send, taken } = await start();
      const response = await send({
        steps: [step, { op, id: "b".repeat(40), name: "1h", error: { name: "E", message: "m" } }],
      });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        status: 400,
        error: expect.stringContaining(`steps[1] is ${op}`) as string,
        data: { run_id: RUN },
      });
      expect(taken).toEqual([]);
    },
  );

  it.each([
    ["dispatch_stale", 409],
    ["run_ended", 409],
    ["payload_too_large", 413],
    ["run_not_found", 400],
    ["checkpoint_invalid", 400],
    ["shutting_down", 503],
  ] as const)("answers %s with %i", async (code, status) => {
    const { send } = await start({ fail: code });
    const response = await send({ steps: [step] });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      error: "Because.",
      status,
      code,
      data: { run_id: RUN },
    });
  });

  it.each([
    ["no steps", {}, '"steps"'],
    ["an unknown op", { steps: [{ op: "Nope", id: "x" }] }, "Nope"],
    ["broken JSON", '{"steps":[', "position 10"],
  ])("answers %s with 400", async (_what, body, words) => {
    const { send } = await start();
    const response = await send(body);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(words.replaceAll('"', '\\"'));
  });

  it("answers 413 to a step output that is too large", async () => {
    const { send } = await start();
    const large = { ...step, data: "x".repeat(4 * 1024 * 1024) };
    expect((await send({ steps: [large] })).status).toBe(413);
  });

  it("needs a signing key in cloud mode, plain or hashed", async () => {
    const { send, taken } = await start({ serverKind: "cloud" });
    expect((await send({ steps: [step] })).status).toBe(401);
    const wrong = { headers: { authorization: "Bearer signkey-test-00" } };
    expect((await send({ steps: [step] }, wrong)).status).toBe(401);
    const plain = { headers: { authorization: `Bearer ${KEY}` } };
    expect((await send({ steps: [step] }, plain)).status).toBe(200);
    expect(taken).toHaveLength(1);
  });
});
