// Functions about time: each notes the moment it went on, so that a test can hold it against the moment it should have.
import { idOf } from "../function-spec.ts";
import type { AppTools, FunctionSpec } from "../function-spec.ts";

export function timeFunctions(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "sleep",
      triggers: [{ event: `${tools.appId}/sleep` }],
      handler: async ({ event, step }) => {
        const startedAtMs = await step.run("start", () => Date.now());
        await step.sleep("pause", "1s");
        return await step.run("end", () => {
          tools.note("sleep.end", idOf(event));
          return Date.now() - startedAtMs;
        });
      },
    },
    {
      id: "sleep-until",
      triggers: [{ event: `${tools.appId}/sleep-until` }],
      handler: async ({ event, step }) => {
        await step.sleepUntil("pause", new Date(Number(event.data["untilMs"])));
        return await step.run("end", () => Date.now());
      },
    },
    {
      id: "sleeps-at-once",
      triggers: [{ event: `${tools.appId}/sleeps-at-once` }],
      handler: async ({ step }) => {
        const startedAtMs = await step.run("start", () => Date.now());
        await Promise.all([
          step.sleep("one", "2s"),
          step.sleep("two", "2s"),
          step.sleep("three", "2s"),
        ]);
        return await step.run("end", () => Date.now() - startedAtMs);
      },
    },
    {
      id: "future",
      triggers: [{ event: `${tools.appId}/future` }],
      handler: ({ event }) => ({ ts: event.ts, startedAtMs: Date.now() }),
    },
    {
      id: "retry-after",
      triggers: [{ event: `${tools.appId}/retry-after` }],
      options: { retries: 1 },
      handler: async ({ event, step, attempt }) =>
        await step.run("limited", () => {
          tools.note("retry-after.attempt", { id: idOf(event), attempt });
          if (attempt === 0) {
            throw new tools.RetryAfterError("slow down", new Date(Number(event.data["untilMs"])));
          }
          return Date.now();
        }),
    },
    {
      id: "retry-after-function",
      triggers: [{ event: `${tools.appId}/retry-after-function` }],
      options: { retries: 1 },
      handler: ({ event, attempt }) => {
        if (attempt === 0) {
          throw new tools.RetryAfterError("slow down", new Date(Number(event.data["untilMs"])));
        }
        return Date.now();
      },
    },
  ];
}
