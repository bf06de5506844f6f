// Functions under flow control, one for each rule. Each notes when its step begins and ends, and stays in between while its event
// says `held`: until the test opens the gate named after the event.
import { idOf } from "../function-spec.ts";
import type { AppTools, FunctionSpec, Trigger } from "../function-spec.ts";

const KEY = "event.data.key";

const RULES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "two-at-once": { concurrency: { limit: 2 } },
  "one-per-key": { concurrency: [{ limit: 1, key: KEY }] },
  "shared-one": { concurrency: [{ limit: 1, key: KEY, scope: "account" }] },
  "shared-two": { concurrency: [{ limit: 1, key: KEY, scope: "account" }] },
  throttled: { throttle: { limit: 2, period: "2s", key: KEY } },
  "throttled-long": { throttle: { limit: 2, period: "1h", key: KEY } },
  "rate-limited": { rateLimit: { limit: 3, period: "1h", key: KEY } },
  debounced: { debounce: { period: "1s", key: KEY } },
  batched: { batchEvents: { maxSize: 3, timeout: "60s", key: KEY } },
  "batched-soon": { batchEvents: { maxSize: 10, timeout: "1s", key: KEY } },
  "by-priority": {
    concurrency: [{ limit: 1, key: KEY }],
    priority: { run: "event.data.vip == true ? 600 : 0" },
  },
  "singleton-skip": { singleton: { mode: "skip", key: KEY } },
  "singleton-cancel": { singleton: { mode: "cancel", key: KEY } },
  idempotent: { idempotency: KEY },
  adjustable: { concurrency: { limit: 1 } },
  pausable: {},
  free: {},
};

export function flowFunctions(tools: AppTools): readonly FunctionSpec[] {
  const held = (id: string, trigger: Partial<Trigger>, options: object): FunctionSpec => ({
    id,
    triggers: [{ event: `${tools.appId}/${id}`, ...trigger }],
    options: { retries: 0, ...options },
    handler: async ({ event, events, runId, step }) =>
      await step.run("work", async () => {
        tools.note(`${id}.begin`, { id: idOf(event), runId });
        if (event.data["held"] === true) {
          await tools.gate(idOf(event));
        }
        tools.note(`${id}.end`, { id: idOf(event), runId });
        return events.map(idOf);
      }),
  });
  return [
    ...Object.entries(RULES).map(([id, options]) => held(id, {}, options)),
    held("filtered", { if: "event.data.total > 10" }, {}),
    {
      id: "invoker",
      triggers: [{ event: `${tools.appId}/invoker` }],
      options: { retries: 0 },
      handler: async ({ event, step }) => {
        const { target, ...data } = event.data;
        try {
          return await step.invoke("call", { function: tools.reference(String(target)), data });
        } catch (error) {
          return `refused: ${(error as Error).message}`;
        }
      },
    },
  ];
}
