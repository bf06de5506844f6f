// Functions that wait for an event or a signal. They return what they got, so that the run's output is the evidence.
import { idOf } from "../function-spec.ts";
import type { AppTools, FunctionSpec } from "../function-spec.ts";

export function waitFunctions(tools: AppTools): readonly FunctionSpec[] {
  return [...eventWaits(tools), ...sharedWaits(tools), ...signalWaits(tools)];
}

function eventWaits(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "wait-match",
      triggers: [{ event: `${tools.appId}/wait-match` }],
      handler: async ({ step }) => ({
        got: await step.waitForEvent("reply", {
          event: `${tools.appId}/reply`,
          match: "data.id",
          timeout: "1h",
        }),
      }),
    },
    {
      id: "wait-if",
      triggers: [{ event: `${tools.appId}/wait-if` }],
      handler: async ({ step }) => ({
        got: await step.waitForEvent("reply", {
          event: `${tools.appId}/reply`,
          if: "async.data.id == event.data.id && async.data.amount >= event.data.atLeast",
          timeout: "1h",
        }),
      }),
    },
    {
      id: "wait-timeout",
      triggers: [{ event: `${tools.appId}/wait-timeout` }],
      handler: async ({ step }) => {
        const startedAtMs = await step.run("start", () => Date.now());
        const got = await step.waitForEvent("reply", {
          event: `${tools.appId}/never`,
          timeout: "1s",
        });
        const tookMs = await step.run("end", () => Date.now() - startedAtMs);
        return { got, tookMs };
      },
    },
  ];
}

function sharedWaits(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "wait-many",
      triggers: [{ event: `${tools.appId}/wait-many` }],
      handler: async ({ event, step }) => {
        const got = await step.waitForEvent("go", {
          event: `${tools.appId}/go`,
          if: "async.data.room == event.data.room",
          timeout: "1h",
        });
        return { id: idOf(event), word: got?.data["word"] ?? null };
      },
    },
    {
      id: "wait-and-send",
      triggers: [{ event: `${tools.appId}/wait-and-send` }],
      handler: async ({ event, step }) => {
        const [got] = await Promise.all([
          step.waitForEvent("own", {
            event: `${tools.appId}/own`,
            match: "data.id",
            timeout: "1h",
          }),
          step.sendEvent("send", { name: `${tools.appId}/own`, data: { id: idOf(event) } }),
        ]);
        return got?.data["id"] ?? null;
      },
    },
    {
      id: "wait-in-turn",
      triggers: [{ event: `${tools.appId}/wait-in-turn` }],
      handler: async ({ step }) => {
        const seen: unknown[] = [];
        for (let turn = 0; turn < 3; turn += 1) {
          const got = await step.waitForEvent("turn", {
            event: `${tools.appId}/turn`,
            match: "data.id",
            timeout: "1h",
          });
          seen.push(got?.data["turn"]);
        }
        return seen;
      },
    },
    {
      id: "wait-bad-expression",
      triggers: [{ event: `${tools.appId}/wait-bad-expression` }],
      handler: async ({ step }) =>
        await step.waitForEvent("reply", {
          event: `${tools.appId}/reply`,
          if: "async.data.id ==",
          timeout: "1h",
        }),
    },
  ];
}

function signalWaits(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "signal",
      triggers: [{ event: `${tools.appId}/signal` }],
      handler: async ({ event, step }) =>
        await step.waitForSignal("signal", {
          signal: String(event.data["signal"]),
          timeout: event.data["brief"] === true ? "1s" : "1h",
          onConflict: event.data["onConflict"] === "replace" ? "replace" : "fail",
        }),
    },
    {
      id: "send-signal",
      triggers: [{ event: `${tools.appId}/send-signal` }],
      handler: async ({ event, step }) => {
        await step.sendSignal("send", {
          signal: String(event.data["signal"]),
          data: { from: idOf(event) },
        });
        return "sent";
      },
    },
  ];
}
