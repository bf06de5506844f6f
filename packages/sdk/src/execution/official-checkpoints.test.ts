// With checkpointing our SDK sends the same ops in the same batches as the official v4, and answers alike.
import { describe, expect, it } from "vitest";
import { Inngest } from "inngest4";
import { serve } from "inngest4/edge";
import type { CheckpointOptions } from "../functions/definition.ts";
import { NonRetriableError } from "../errors.ts";
import { stepHash } from "../wire/step-hash.ts";
import type { CallInput } from "./call.ts";
import { executeCall } from "./execute.ts";
import { askOfficial, plainText } from "./official-client.ts";
import { remembered, silentLogger, testInput, type TestContext } from "./test-call.ts";

interface CheckpointedRow {
  readonly name: string;
  readonly handler: (context: TestContext) => unknown;
  readonly bufferedSteps?: number;
  readonly state?: Partial<CallInput>;
  /** What the checkpoint API answers; 200 unless given. */
  readonly status?: number;
}

const three = async ({ step }: TestContext): Promise<unknown> => {
  const a = await step.run("a", () => ({ at: new Date(0) }));
  const b = await step.run("b", () => a);
  return step.run("c", () => b.at);
};
const throwing =
  (error: Error) =>
  async ({ step }: TestContext) => {
    await step.run("a", () => 1);
    await step.run("b", () => {
      throw error;
    });
  };

const ROWS: readonly CheckpointedRow[] = [
  { name: "no steps", handler: () => "end" },
  { name: "three steps", handler: three },
  { name: "three steps, two at a time", handler: three, bufferedSteps: 2 },
  {
    name: "remembered steps first",
    handler: three,
    state: remembered({ a: { data: { at: "x" } } }),
  },
  { name: "a repeated attempt", handler: three, state: { attempt: 1 } },
  { name: "a targeted call", handler: three, state: { targetStepId: stepHash("a") } },
  { name: "plans only", handler: three, state: { disableImmediateExecution: true } },
  { name: "a step that fails", handler: throwing(new Error("no")) },
  {
    name: "a step that fails behind unsent ones",
    handler: throwing(new Error("no")),
    bufferedSteps: 5,
  },
  { name: "a step that fails for good", handler: throwing(new NonRetriableError("no")) },
  {
    name: "a sleep behind a step",
    bufferedSteps: 5,
    handler: async ({ step }) => {
      await step.run("a", () => 1);
      await step.sleep("s", "1m");
    },
  },
  {
    name: "parallel steps behind a step",
    handler: async ({ step }) => {
      await step.run("a", () => 1);
      await Promise.all([step.run("b", () => 1), step.run("c", () => 1)]);
    },
  },
  {
    name: "a function that throws behind unsent steps",
    bufferedSteps: 5,
    handler: async ({ step }) => {
      await step.run("a", () => 1);
      throw new Error("bad");
    },
  },
];

const OP_KEYS = ["op", "id", "name", "displayName", "opts", "userland", "data", "error"];

/** The official SDK lets internal members through here; the protocol knows these. */
function known(opsText: string): unknown {
  const value = JSON.parse(opsText) as unknown;
  if (!Array.isArray(value)) return value;
  return (value as Record<string, unknown>[]).map((op) =>
    Object.fromEntries(OP_KEYS.filter((key) => key in op).map((key) => [key, op[key]])),
  );
}

type Outcome = { readonly sent: readonly unknown[]; readonly answer: unknown };

async function official(row: CheckpointedRow): Promise<Outcome> {
  const sent: unknown[] = [];
  const client = new Inngest({
    id: "app",
    isDev: true,
    logger: silentLogger,
    checkpointing: { bufferedSteps: row.bufferedSteps ?? 1 },
    fetch: async (_url: unknown, init?: { body?: unknown }) => {
      const { steps } = JSON.parse(String(init?.body)) as { steps: unknown };
      sent.push(known(plainText(JSON.stringify(steps))));
      return new Response("{}", { status: row.status ?? 200 });
    },
  } as never);
  const fn = client.createFunction({ id: "fn", triggers: [{ event: "test/asked" }] }, row.handler);
  const answer = await askOfficial(serve({ client, functions: [fn] }), row.state ?? {});
  return { sent, answer: { ...answer, body: known(answer.body) } };
}

async function ours(row: CheckpointedRow): Promise<Outcome> {
  const sent: unknown[] = [];
  const checkpointing: CheckpointOptions = {
    bufferedSteps: row.bufferedSteps ?? 1,
    maxIntervalMs: 0,
    maxRuntimeMs: 10_000,
  };
  const output = await executeCall(testInput({ handler: row.handler, checkpointing }, row.state), {
    checkpoint: { send: async (ops) => void sent.push(known(plainText(JSON.stringify(ops)))) },
  });
  const answer = {
    status: output.status,
    noRetry: output.headers["x-inngest-no-retry"] ?? null,
    retryAfter: output.headers["retry-after"] ?? null,
    body: known(plainText(output.body)),
  };
  return { sent, answer };
}

describe("checkpointing of the official SDK v4", () => {
  it.each(ROWS)("is alike: $name", async (row) => {
    expect(await ours(row)).toEqual(await official(row));
  });
});
