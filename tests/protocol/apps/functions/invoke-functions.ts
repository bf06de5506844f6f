// Functions that start other functions: by invoke, which waits for the result, and by sending events, which does not.
import { idOf } from "../function-spec.ts";
import type { AppTools, FunctionSpec } from "../function-spec.ts";

export function invokeFunctions(tools: AppTools): readonly FunctionSpec[] {
  return [...callers(tools), ...troubledCallers(tools), ...targets(tools), ...senders(tools)];
}

function callers(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "call-add",
      triggers: [{ event: `${tools.appId}/call-add` }],
      handler: async ({ step }) => {
        const first = await step.invoke("first", {
          function: tools.reference("add"),
          data: { a: 1, b: 2 },
        });
        const second = await step.invoke("second", {
          function: tools.reference("add"),
          data: { a: first, b: 10 },
        });
        return { first, second };
      },
    },
    {
      id: "call-at-once",
      triggers: [{ event: `${tools.appId}/call-at-once` }],
      handler: async ({ step }) =>
        await Promise.all(
          [1, 2, 3].map((n) =>
            step.invoke(`call-${n}`, { function: tools.reference("add"), data: { a: n, b: n } }),
          ),
        ),
    },
    {
      id: "call-elsewhere",
      triggers: [{ event: `${tools.appId}/call-elsewhere` }],
      handler: async ({ event, step }) =>
        await step.invoke("call", {
          function: tools.reference("add", String(event.data["app"])),
          data: { a: 20, b: 22 },
        }),
    },
  ];
}

function troubledCallers(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "call-failing",
      triggers: [{ event: `${tools.appId}/call-failing` }],
      handler: async ({ step }) => {
        try {
          return await step.invoke("call", { function: tools.reference("failing"), data: {} });
        } catch (error) {
          return { caught: describeError(error) };
        }
      },
    },
    {
      id: "call-unknown",
      triggers: [{ event: `${tools.appId}/call-unknown` }],
      handler: async ({ step }) => {
        try {
          return await step.invoke("call", { function: tools.reference("nowhere"), data: {} });
        } catch (error) {
          return { caught: describeError(error) };
        }
      },
    },
    {
      id: "call-slow",
      triggers: [{ event: `${tools.appId}/call-slow` }],
      handler: async ({ event, step }) => {
        try {
          return await step.invoke("call", {
            function: tools.reference("slow"),
            data: { id: idOf(event) },
            timeout: "1s",
          });
        } catch (error) {
          return { caught: describeError(error) };
        }
      },
    },
  ];
}

function targets(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "add",
      triggers: [{ event: `${tools.appId}/add` }],
      handler: async ({ event, step }) => {
        const a = await step.run("a", () => Number(event.data["a"]));
        tools.note("add.event", event);
        return a + Number(event.data["b"]);
      },
    },
    {
      id: "failing",
      triggers: [{ event: `${tools.appId}/failing` }],
      options: { retries: 0 },
      handler: () => {
        throw new RangeError("the target broke");
      },
    },
    {
      id: "slow",
      triggers: [{ event: `${tools.appId}/slow` }],
      handler: async ({ event, step }) => {
        await step.run("hold", () => tools.gate(`slow.${idOf(event)}`));
        tools.note("slow.end", idOf(event));
        return "late";
      },
    },
  ];
}

function senders(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "send",
      triggers: [{ event: `${tools.appId}/send` }],
      handler: async ({ event, step }) => {
        const one = await step.sendEvent("one", {
          name: `${tools.appId}/sent`,
          data: { id: idOf(event), n: 0 },
        });
        const many = await step.sendEvent(
          "many",
          [1, 2, 3].map((n) => ({ name: `${tools.appId}/sent`, data: { id: idOf(event), n } })),
        );
        return { one: one.ids, many: many.ids };
      },
    },
    {
      id: "sent",
      triggers: [{ event: `${tools.appId}/sent` }],
      handler: ({ event }) => event.data["n"],
    },
  ];
}

function describeError(error: unknown): { name: string; message: string; cause: string } {
  const thrown = error as Error;
  const cause = thrown.cause as Error | undefined;
  return { name: thrown.name, message: thrown.message, cause: cause?.message ?? "" };
}
