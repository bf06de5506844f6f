// The functions that the load is made of: every way of waiting and of failing that a crash could interrupt. Each step
// returns a token of its own execution, so that an output tells which execution the engine recorded.
import type { FunctionSpec, HandlerContext } from "../../protocol/apps/function-spec.ts";

export interface Token {
  readonly token: string;
}

export interface LoadTools {
  readonly appId: string;
  reference(functionId: string): unknown;
  /** The body of a step: leaves its trace in the journal. */
  execute(execution: Execution): Promise<Token>;
  /** Notes that user code has come to a step that lasts at least this long. */
  reached(runId: string, step: string, lastsMs: number): void;
}

export interface Execution {
  readonly runId: string;
  readonly step: string;
  readonly attempt: number;
}

export const FAN_WIDTH = 10;
const PATIENCE_MS = 1_000;
const NAP_MS = 1_000;
/** The attempt with which a flaky step succeeds, from 0. */
const FLAKY_SUCCESS_ATTEMPT = 2;

type Work = (step: string) => Promise<Token>;

export function loadFunctions(tools: LoadTools): FunctionSpec[] {
  const { appId } = tools;
  const spec = (
    id: string,
    handler: (context: HandlerContext, work: Work) => unknown,
    options: Readonly<Record<string, unknown>> = {},
  ): FunctionSpec => ({
    id,
    triggers: [{ event: `${appId}/${id}` }],
    // Attempts that an outage costs must not end a run.
    options: { retries: 20, ...options },
    handler: (context) => handler(context, workOf(tools, context)),
  });
  return [
    spec("leaf", async (_context, work) => ({ tokens: [await work("a")] })),
    spec("once", async (_context, work) => ({ tokens: [await work("a")] })),
    spec("child", async (_context, work) => ({ tokens: [await work("a")] })),
    spec("sequence", async (_context, work) => ({
      tokens: [await work("a"), await work("b"), await work("c"), await work("d")],
    })),
    spec("parallel", async (_context, work) => {
      const tokens = await Promise.all(["p1", "p2", "p3", "p4"].map((step) => work(step)));
      return { tokens: [...tokens, await work("join")] };
    }),
    ...waitingFunctions(tools, spec),
    ...failingFunctions(tools, spec),
  ];
}

type Spec = (
  id: string,
  handler: (context: HandlerContext, work: Work) => unknown,
  options?: Readonly<Record<string, unknown>>,
) => FunctionSpec;

function waitingFunctions(tools: LoadTools, spec: Spec): FunctionSpec[] {
  const { appId } = tools;
  const sameKey = "event.data.key == async.data.key";
  return [
    spec("sleeper", async ({ event, runId, step }, work) => {
      const before = await work("a");
      // The SDKs send durations in whole seconds, dates in milliseconds.
      tools.reached(runId, "nap", NAP_MS);
      await step.sleep("nap", NAP_MS);
      const lastsMs = Number(event.data["ms"]);
      tools.reached(runId, "until", lastsMs);
      await step.sleepUntil("until", new Date(Date.now() + lastsMs));
      return { tokens: [before, await work("b")] };
    }),
    spec("waiter", async ({ step }, work) => {
      const before = await work("a");
      const wait = { event: `${appId}/answer`, if: sameKey, timeout: "10m" };
      const answer = await step.waitForEvent("answer", wait);
      return { tokens: [before, await work("b")], answer: answer?.data["answer"] ?? null };
    }),
    spec("patient", async ({ runId, step }, work) => {
      const before = await work("a");
      tools.reached(runId, "never", PATIENCE_MS);
      const wait = { event: `${appId}/never`, if: sameKey, timeout: `${PATIENCE_MS / 1_000}s` };
      const answer = await step.waitForEvent("never", wait);
      return { tokens: [before, await work("b")], timedOut: answer === null };
    }),
    spec("signalled", async ({ event, step }, work) => {
      const before = await work("a");
      const wait = {
        signal: String(event.data["key"]),
        timeout: "10m",
        onConflict: "fail",
      } as const;
      const signal = await step.waitForSignal("signal", wait);
      return { tokens: [before, await work("b")], answer: signal?.data ?? null };
    }),
    spec("parent", async ({ event, step }, work) => {
      const data = { key: event.data["key"] };
      const child = await step.invoke("child", { function: tools.reference("child"), data });
      return { tokens: [await work("b")], child };
    }),
    spec("fan", async ({ event, step }, work) => {
      const sent = await step.sendEvent("send", leaves(appId, event.data["key"]));
      return { tokens: [await work("b")], ids: sent.ids };
    }),
    spec(
      "cancellable",
      async ({ step }, work) => {
        const before = await work("a");
        await step.sleep("long", "10m");
        return { tokens: [before, await work("b")] };
      },
      { cancelOn: [{ event: `${appId}/cancel`, if: sameKey }] },
    ),
  ];
}

function leaves(
  appId: string,
  key: unknown,
): { name: string; data: { key: unknown; leaf: number } }[] {
  return Array.from({ length: FAN_WIDTH }, (_, leaf) => ({
    name: `${appId}/leaf`,
    data: { key, leaf },
  }));
}

function failingFunctions(tools: LoadTools, spec: Spec): FunctionSpec[] {
  const doomed = spec(
    "doomed",
    async ({ step }, work) => {
      await work("a");
      await step.run("fail", () => {
        throw new Error("doomed to fail");
      });
    },
    { retries: 1 },
  );
  return [
    spec("flaky", async ({ attempt, runId, step }, work) => {
      const before = await work("a");
      const done = await step.run("unsteady", async () => {
        const token = await tools.execute({ runId, step: "unsteady", attempt });
        if (attempt < FLAKY_SUCCESS_ATTEMPT) throw new Error(`unsteady in attempt ${attempt}`);
        return token;
      });
      return { tokens: [before, done] };
    }),
    {
      ...doomed,
      onFailure: async (context) => {
        const failed = context.event.data["run_id"];
        return { failed, tokens: [await workOf(tools, context)("mourn")] };
      },
    },
  ];
}

function workOf(tools: LoadTools, { runId, attempt, step }: HandlerContext): Work {
  return (id) => step.run(id, () => tools.execute({ runId, step: id, attempt }));
}
