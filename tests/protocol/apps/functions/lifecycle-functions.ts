// Functions about the end of a run: failure handlers, listeners for the engine's own events, cancellation and timeouts.
import { idOf } from "../function-spec.ts";
import type { AppTools, FunctionSpec } from "../function-spec.ts";

export function lifecycleFunctions(tools: AppTools): readonly FunctionSpec[] {
  return [...endings(tools), ...listeners(tools), ...cancellable(tools)];
}

function endings(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "doomed",
      triggers: [{ event: `${tools.appId}/doomed` }],
      options: { retries: 0 },
      handler: async ({ event, step }) => {
        await step.run("fine", () => idOf(event));
        throw new RangeError("doomed from the start");
      },
      onFailure: async ({ event, error, runId, step }) => {
        const original = event.data["event"] as { data: Record<string, unknown> };
        const seen = await step.run("report", () => ({
          id: original.data["id"],
          failedRunId: event.data["run_id"],
          functionId: event.data["function_id"],
          error: { name: error?.name, message: error?.message },
        }));
        tools.note("doomed.on-failure", { ...seen, runId, eventName: event.name });
        return seen;
      },
    },
    {
      id: "fine",
      triggers: [{ event: `${tools.appId}/fine` }],
      handler: ({ event }) => ({ fine: idOf(event) }),
    },
  ];
}

function listeners(tools: AppTools): readonly FunctionSpec[] {
  return ["finished", "failed", "cancelled"].map((ending) => ({
    id: `on-${ending}`,
    triggers: [
      {
        event: `inngest/function.${ending}`,
        // Only this app's own functions, and not the listeners themselves.
        if: ["doomed", "fine", "cancel-on"]
          .map((id) => `event.data.function_id == "${tools.appId}-${id}"`)
          .join(" || "),
      },
    ],
    handler: ({ event }) => {
      tools.note(`heard.${ending}`, event);
      return event.data["run_id"];
    },
  }));
}

function cancellable(tools: AppTools): readonly FunctionSpec[] {
  const sleepLong: FunctionSpec["handler"] = async ({ event, step }) => {
    await step.run("begin", () => tools.note("cancellable.begin", idOf(event)));
    await step.sleep("long", "1h");
    await step.run("never", () => tools.note("cancellable.never", idOf(event)));
    return "ran to the end";
  };
  return [
    {
      id: "cancel-on",
      triggers: [{ event: `${tools.appId}/cancel-on` }],
      options: {
        cancelOn: [
          {
            event: `${tools.appId}/stop-if`,
            if: "async.data.id == event.data.id && async.data.sure == true",
          },
          { event: `${tools.appId}/stop-match`, match: "data.id" },
        ],
      },
      handler: sleepLong,
    },
    {
      id: "cancel-api",
      triggers: [{ event: `${tools.appId}/cancel-api` }],
      handler: sleepLong,
    },
    {
      id: "cancel-bulk",
      triggers: [{ event: `${tools.appId}/cancel-bulk` }],
      handler: sleepLong,
    },
    {
      id: "cancel-running",
      triggers: [{ event: `${tools.appId}/cancel-running` }],
      handler: async ({ event, step }) => {
        await step.run("held", async () => {
          tools.note("cancel-running.held", idOf(event));
          await tools.gate(`cancel-running.${idOf(event)}`);
        });
        await step.run("never", () => tools.note("cancellable.never", idOf(event)));
        return "ran to the end";
      },
    },
    {
      id: "finish-timeout",
      triggers: [{ event: `${tools.appId}/finish-timeout` }],
      options: { timeouts: { finish: "1s" } },
      handler: sleepLong,
    },
    {
      id: "start-timeout",
      triggers: [{ event: `${tools.appId}/start-timeout` }],
      // Long enough for a run that nothing holds back to start in time on any machine.
      options: { timeouts: { start: "4s" }, concurrency: { limit: 1 } },
      handler: async ({ event, step }) =>
        await step.run("hold", async () => {
          tools.note("start-timeout.held", idOf(event));
          await tools.gate(`start-timeout.${String(event.data["gate"])}`);
          return "held";
        }),
    },
  ];
}
