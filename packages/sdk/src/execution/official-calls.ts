// Calls whose answers are fixed by the protocol: a handler and the state of the run. Used to compare our answers with those of
// the official SDKs, byte for byte except for stacks and timings. Rows that one of them answers differently say so.
import { NonRetriableError, RetryAfterError } from "../errors.ts";
import type { CallInput } from "./call.ts";
import { remembered, type TestContext } from "./test-call.ts";
import { stepHash } from "../wire/step-hash.ts";

export interface OfficialCall {
  readonly name: string;
  readonly handler: (context: TestContext) => unknown;
  readonly state?: Partial<CallInput>;
  /** Official versions that answer otherwise, with the reason. */
  readonly not?: { readonly v3?: string; readonly v4?: string };
}

const V3_NAMES = "v3 forgets the names of error classes that set them in their constructor";
const V3_RACES = "v3 has no race mode";
const V3_COMPLETES = "v3 drops steps that nobody awaits";
const V3_LAST = "v3 does not mark the last attempt as final";

async function sequence({ step }: TestContext): Promise<unknown> {
  const a = await step.run("a", () => ({ at: new Date(0), none: undefined }));
  const b = await step.run({ id: "b", name: "Second" }, (x: number, y: string) => [x, y], 1, "two");
  return { a, b };
}

async function fails({ step }: TestContext): Promise<unknown> {
  return step.run("a", () => {
    throw new TypeError("no", { cause: new Error("deep", { cause: "text" }) });
  });
}

async function catches({ step }: TestContext): Promise<unknown> {
  try {
    return await step.run("a", () => 1);
  } catch (error) {
    const { name, message, cause } = error as Error;
    return {
      name,
      message,
      cause: (cause as Error | undefined)?.message,
      id: (error as { stepId?: string }).stepId,
    };
  }
}

const twice = async ({ step }: TestContext): Promise<unknown> => [
  await step.run("x", () => 1),
  await step.run("x", () => 2),
  await step.run("x", () => 3),
];

const order: string[] = [];
async function inOrder({ step }: TestContext): Promise<unknown> {
  order.length = 0;
  const track = async (id: string): Promise<void> => {
    await step.run(id, () => id);
    order.push(id);
  };
  await Promise.all([track("a"), track("b"), track("c")]);
  return [...order];
}

const REMEMBERED_ERROR = {
  error: {
    name: "TypeError",
    message: "no",
    stack: "s",
    cause: { name: "Error", message: "deep" },
  },
};

export const OFFICIAL_CALLS: readonly OfficialCall[] = [
  { name: "a function without steps", handler: () => ({ done: true }) },
  { name: "nothing returned", handler: () => undefined },
  { name: "the first step runs at once", handler: sequence },
  {
    name: "the second step runs after the first is remembered",
    handler: sequence,
    state: remembered({ a: { data: { at: "x" } } }),
  },
  {
    name: "all steps are remembered",
    handler: sequence,
    state: remembered({ a: { data: 1 }, b: { data: [1] } }),
  },
  {
    name: "immediate execution is off",
    handler: sequence,
    state: { disableImmediateExecution: true },
  },
  {
    name: "a targeted step",
    handler: sequence,
    state: {
      ...remembered({ a: { data: 1 } }),
      targetStepId: stepHash("b"),
      disableImmediateExecution: true,
    },
  },
  {
    name: "edited inputs",
    handler: sequence,
    state: {
      ...remembered({ a: { data: 1 } }),
      steps: { [stepHash("a")]: { data: 1 }, [stepHash("b")]: { input: [7, "eight"] } },
    },
  },
  { name: "a step that fails", handler: fails },
  {
    name: "a step that fails on its last attempt",
    handler: fails,
    state: { attempt: 3 },
    not: { v3: V3_LAST },
  },
  {
    name: "a step that is never to be tried again",
    handler: async ({ step }) =>
      step.run("a", () => {
        throw new NonRetriableError("stop");
      }),
    not: { v3: V3_NAMES },
  },
  {
    name: "a step to be tried later",
    handler: async ({ step }) =>
      step.run("a", () => {
        throw new RetryAfterError("later", 90_500);
      }),
    not: { v3: V3_NAMES },
  },
  {
    name: "a step that throws a text",
    handler: async ({ step }) =>
      step.run("a", () => {
        // oxlint-disable-next-line typescript/only-throw-error -- what authors may do
        throw "text";
      }),
  },
  {
    name: "a remembered error is caught",
    handler: catches,
    state: remembered({ a: REMEMBERED_ERROR }),
  },
  {
    name: "a remembered error is not caught",
    handler: async ({ step }) => step.run("a", () => 1),
    state: remembered({ a: REMEMBERED_ERROR }),
    not: { v3: V3_NAMES },
  },
  {
    name: "the function throws",
    handler: () => {
      throw new RangeError("bad");
    },
  },
  {
    name: "the function throws on its last attempt",
    handler: () => {
      throw new RangeError("bad");
    },
    state: { attempt: 3 },
    not: { v3: V3_LAST },
  },
  {
    name: "the function throws for good",
    handler: () => {
      throw new NonRetriableError("never");
    },
    not: { v3: V3_NAMES },
  },
  {
    name: "the function is to be tried later",
    handler: () => {
      throw new RetryAfterError("later", new Date(1_900_000_000_000));
    },
    not: { v3: V3_NAMES },
  },
  {
    name: "parallel steps",
    handler: async ({ step }) => Promise.all([step.run("a", () => 1), step.run("b", () => 2)]),
  },
  {
    name: "one of two parallel steps is remembered",
    handler: async ({ step }) => Promise.all([step.run("a", () => 1), step.run("b", () => 2)]),
    state: { ...remembered({ b: { data: 2 } }), disableImmediateExecution: true },
  },
  {
    name: "steps behind parallel ones",
    handler: async ({ step }) => {
      const [a, b] = await Promise.all([step.run("a", () => 1), step.run("b", () => 2)]);
      return step.run("sum", () => a + b);
    },
    state: remembered({ b: { data: 2 }, a: { data: 1 } }),
  },
  {
    name: "the order of the stack",
    handler: inOrder,
    state: remembered({ c: { data: 1 }, a: { data: 1 }, b: { data: 1 } }),
  },
  {
    name: "a race is won by the first of the stack",
    handler: async ({ step }) => Promise.race([step.run("a", () => 1), step.run("b", () => 2)]),
    state: remembered({ b: { data: "b" }, a: { data: "a" } }),
  },
  {
    name: "a race with a loser under way",
    handler: async ({ step }) => Promise.race([step.run("a", () => 1), step.run("b", () => 2)]),
    state: { ...remembered({ b: { data: "b" } }), disableImmediateExecution: true },
    not: { v3: V3_COMPLETES },
  },
  {
    name: "race mode",
    handler: async ({ group, step }) =>
      group.parallel(async () => Promise.race([step.run("a", () => 1), step.run("b", () => 2)])),
    not: { v3: V3_RACES },
  },
  {
    name: "race mode of one step",
    handler: async ({ step }) => step.run({ id: "a", parallelMode: "race" }, () => 1),
    not: { v3: V3_RACES },
  },
  {
    name: "a step that nobody awaits",
    handler: async ({ step }) => {
      void step.run("a", () => 1);
      return 5;
    },
    not: { v3: V3_COMPLETES },
  },
  { name: "a repeated id", handler: twice, state: remembered({ x: { data: 1 } }) },
  {
    name: "a twice repeated id",
    handler: twice,
    state: remembered({ x: { data: 1 }, "x:1": { data: 2 } }),
  },
];
