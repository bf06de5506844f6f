// What the handler's logger writes leaves with answers and checkpoints, for engines that ask for it, and with nothing else.
import { describe, expect, it } from "vitest";
import type { LogLine } from "../logging/log-line.ts";
import type { WireOp } from "../wire/op.ts";
import { stepHash } from "../wire/step-hash.ts";
import type { CallOutput } from "./call.ts";
import { continueCall } from "./continue-call.ts";
import { executeCall, type ExecuteOptions } from "./execute.ts";
import { ParkedRuns } from "./parked-runs.ts";
import { remembered, testInput, type TestContext, type TestFunction } from "./test-call.ts";

const TAKES = { takesLogs: true } as const;
const NOW = { maxRuntimeMs: 0, bufferedSteps: 1, maxIntervalMs: 0 };

interface Opened {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it as they need
  readonly answer: any;
  readonly logs: readonly LogLine[];
  readonly token: string;
}

function open({ status, headers, body }: CallOutput): Opened {
  const parsed = JSON.parse(body);
  const isEnclosed = headers["x-everstep-logs"] === "enclosed";
  const token = (headers["x-everstep-continuation"] ?? "").split(";")[0] ?? "";
  if (!isEnclosed) return { status, answer: parsed, logs: [], token };
  return { status, answer: parsed.answer, logs: parsed.logs, token };
}

async function call(
  handler: (context: TestContext) => unknown,
  overrides: Parameters<typeof testInput>[1] = {},
  options: ExecuteOptions = TAKES,
): Promise<Opened> {
  return open(await executeCall(testInput({ handler }, overrides), options));
}

function texts(logs: readonly LogLine[]): string[] {
  return logs.map(({ message }) => message);
}

describe("lines of the handler's logger", () => {
  it("leave with the answer, with the step that wrote them", async () => {
    const { status, answer, logs } = await call(async ({ step, logger }) => {
      logger.info("before", { n: 1 });
      await step.run("a", () => logger.warn({ n: 2 }, "inside"));
    });
    expect(status).toBe(206);
    expect(answer).toMatchObject([{ op: "StepRun", id: stepHash("a") }]);
    expect(logs).toMatchObject([
      { level: "info", message: "before", fields: { n: 1 } },
      { level: "warn", message: "inside", fields: { n: 2 }, step: stepHash("a") },
    ]);
    expect(logs[0]).not.toHaveProperty("step");
  });

  it.each([
    ["a result", () => "done", 200, "done"],
    ["no result", () => undefined, 200, null],
  ])("leave with %s", async (_name, end, status, answer) => {
    const ended = await call(({ logger }) => {
      logger.debug("said");
      return end();
    });
    expect(ended).toMatchObject({ status, answer, logs: [{ level: "debug", message: "said" }] });
  });

  it("leave with an error, which is no line itself", async () => {
    const { status, answer, logs } = await call(({ logger }) => {
      logger.error("said");
      throw new Error("failed");
    });
    expect({ status, message: answer.message }).toEqual({ status: 500, message: "failed" });
    expect(texts(logs)).toEqual(["said"]);
  });

  it("leave with the failure of a step", async () => {
    const { answer, logs } = await call(({ step, logger }) =>
      step.run("a", () => {
        logger.info("trying");
        throw new Error("failed");
      }),
    );
    expect(answer).toMatchObject([{ op: "StepError" }]);
    expect(texts(logs)).toEqual(["trying"]);
  });

  it("do not repeat what was written in earlier calls", async () => {
    const { logs } = await call(
      async ({ step, logger }) => {
        logger.info("begin");
        await step.run("a", () => logger.info("a"));
        logger.info("between");
        await step.run("b", () => logger.info("b"));
      },
      remembered({ a: { data: null } }),
    );
    expect(texts(logs)).toEqual(["between", "b"]);
  });

  it("belong to the inner one of two steps", async () => {
    const { logs } = await call(({ step, logger }) =>
      step.run("outer", async () => {
        await step.run("inner", () => logger.info("inside"));
        await Promise.resolve();
        logger.info("after");
      }),
    );
    expect(logs.map((line) => [line.message, line.step])).toEqual([
      ["inside", stepHash("outer > inner")],
      ["after", stepHash("outer")],
    ]);
  });

  it("leave the answer as it is when nothing was logged, and when the engine does not ask", async () => {
    const handler = (isLogging: boolean) => (context: TestContext) => {
      if (isLogging) context.logger.info("said");
      return { a: 1 };
    };
    const plain = await executeCall(testInput({ handler: handler(false) }));
    expect(await executeCall(testInput({ handler: handler(false) }), TAKES)).toEqual(plain);
    expect(await executeCall(testInput({ handler: handler(true) }))).toEqual(plain);
  });

  it("reach the author's logger too", async () => {
    const heard: unknown[] = [];
    const hear = (...args: unknown[]): void => void heard.push(args);
    const logger = { info: hear, warn: hear, error: hear, debug: hear };
    const fn: TestFunction = { client: { logger }, handler: (ctx) => ctx.logger.info("x", 1) };
    await executeCall(testInput(fn), TAKES);
    expect(heard).toEqual([["x", 1]]);
  });

  it("hold the fields of children, which are silent while steps are replayed too", async () => {
    const heard: unknown[] = [];
    const make = (prefix: string) => ({
      level: "info",
      info: (text: unknown, _fields?: object): void => void heard.push(`${prefix}${String(text)}`),
      warn: () => {},
      error: () => {},
      debug: () => {},
      child: (fields: Record<string, unknown>) => make(`${prefix}${Object.keys(fields).at(-1)}: `),
    });
    const handler = async ({ step, logger }: TestContext): Promise<void> => {
      const order = (logger as ReturnType<typeof make>).child({ order: 7, n: 1 });
      order.info("begin");
      await step.run("a", () => order.info("a"));
      const part = order.child({
        part: "x",
        get bad(): never {
          throw new Error("no");
        },
      });
      part.level = "debug";
      await step.run("b", () => part.info("b", { n: 2, level: part.level }));
    };
    const fn: TestFunction = { client: { logger: make("") }, handler };
    const input = testInput(fn, remembered({ a: { data: null } }));
    const { logs } = open(await executeCall(input, TAKES));
    expect(logs).toMatchObject([
      { message: "b", step: stepHash("b"), fields: { order: 7, n: 2, level: "debug" } },
    ]);
    expect(heard).toEqual(["eventName: n: bad: b"]);
  });

  it("are bounded: the last line tells how many are missing", async () => {
    const { logs } = await call(({ logger }) => {
      for (let n = 0; n < 300; n += 1) logger.info(`line ${n}`);
    });
    expect(logs).toHaveLength(201);
    expect(logs.at(-1)).toMatchObject({ level: "warn", fields: { dropped: 100 } });
    const large = await call(({ logger }) => {
      for (let n = 0; n < 100; n += 1) logger.info("large", { text: "x".repeat(6_000) });
    });
    expect(JSON.stringify(large.logs).length).toBeLessThan(80_000);
    expect(large.logs.at(-1)?.fields).toEqual({ dropped: 101 - large.logs.length });
  });

  it("give way to an answer that is large already", async () => {
    const { answer, logs } = await call(({ logger }) => {
      logger.info("said");
      return "x".repeat(3_000_000);
    });
    expect(answer).toHaveLength(3_000_000);
    expect(logs).toMatchObject([{ level: "warn", fields: { dropped: 1 } }]);
  });

  it("survive middleware that replaces the answer", async () => {
    const wrapped = async (body: string): Promise<CallOutput> =>
      executeCall(
        testInput({
          handler: ({ logger }) => logger.info("said"),
          hooks: { wrapRequest: async (next) => ({ ...(await next()), body }) },
        }),
        TAKES,
      );
    expect(open(await wrapped('{"mine":1}'))).toMatchObject({
      answer: { mine: 1 },
      logs: [{ message: "said" }],
    });
    expect((await wrapped("not json")).body).toBe("not json");
  });
});

describe("lines of checkpointed calls", () => {
  it("leave with the op that is saved next, and make room for others", async () => {
    const sent: WireOp[][] = [];
    const output = await executeCall(
      testInput({
        checkpointing: NOW,
        handler: async ({ step, logger }) => {
          for (let n = 0; n < 4; n += 1) {
            await step.run(`s${n}`, () => {
              for (let m = 0; m < 150; m += 1) logger.info(`${n} ${m}`);
            });
          }
          logger.info("end");
          return "done";
        },
      }),
      {
        ...TAKES,
        checkpoint: {
          send: async (ops) => {
            sent.push(structuredClone([...ops]));
            return undefined;
          },
        },
      },
    );
    const ops = sent.flat();
    expect(ops.map(({ logs }) => logs?.length)).toEqual([150, 150, 150, 150]);
    expect(ops[2]?.logs?.[0]).toMatchObject({ message: "2 0", step: stepHash("s2") });
    const { answer, logs } = open(output);
    expect(answer).toMatchObject([{ op: "RunComplete", data: "done" }]);
    expect(texts(logs)).toEqual(["end"]);
  });

  it("leave with the answer's ops when a checkpoint could not be sent", async () => {
    const output = await executeCall(
      testInput({
        checkpointing: NOW,
        handler: async ({ step, logger }) => {
          await step.run("a", () => logger.info("a"));
          await step.run("b", () => logger.info("b"));
        },
      }),
      { ...TAKES, checkpoint: { send: () => Promise.reject(new Error("down")) } },
    );
    const { answer, logs } = open(output);
    expect(answer).toMatchObject([{ op: "StepRun", logs: [{ message: "a" }] }]);
    expect(logs).toEqual([]);
  });
});

describe("lines of runs that are kept in memory", () => {
  it("leave with the call in which they are written, those of parallel steps with their own", async () => {
    const parkedRuns = new ParkedRuns();
    const input = testInput({
      handler: async ({ step, logger }) => {
        logger.info("begin");
        await Promise.all([
          step.run("a", () => logger.info("a")),
          step.run("b", () => logger.info("b")),
        ]);
        logger.info("end");
      },
    });
    const options = { ...TAKES, parkedRuns };
    const found = open(await executeCall(input, options));
    expect(texts(found.logs)).toEqual(["begin"]);
    const go = async (
      targetStepId: string | undefined,
      ids: readonly string[],
      given: typeof options | { readonly parkedRuns: ParkedRuns } = options,
    ): Promise<Opened> => {
      const stack = ids.map((id) => stepHash(id));
      const steps = Object.fromEntries(stack.map((id) => [id, { data: null }]));
      const next = {
        ...input,
        targetStepId,
        disableImmediateExecution: targetStepId !== undefined,
      };
      const continued = { token: found.token, news: { stack, steps }, input: next };
      const output = await continueCall(continued, input.function, given);
      if (output === undefined) throw new Error("The run is gone.");
      return open(output);
    };
    const [a, b] = await Promise.all([go(stepHash("a"), []), go(stepHash("b"), [])]);
    expect(a.logs).toMatchObject([{ message: "a", step: stepHash("a") }]);
    expect(b.logs).toMatchObject([{ message: "b", step: stepHash("b") }]);
    const end = await go(undefined, ["a", "b"]);
    expect(end.status).toBe(200);
    expect(texts(end.logs)).toEqual(["end"]);
  });
});
