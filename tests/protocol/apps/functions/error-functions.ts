// Functions that fail: once, always, inside a step or outside, caught or not. Each attempt is noted with its number.
import { idOf } from "../function-spec.ts";
import type { AppTools, FunctionSpec } from "../function-spec.ts";

export function errorFunctions(tools: AppTools): readonly FunctionSpec[] {
  return [...stepErrors(tools), ...hardStepErrors(tools), ...functionErrors(tools)];
}

function stepErrors(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "flaky",
      triggers: [{ event: `${tools.appId}/flaky` }],
      options: { retries: 4 },
      handler: async ({ event, step, attempt, maxAttempts }) => {
        const before = await step.run("before", () => {
          tools.note("flaky.before", { id: idOf(event), attempt });
          return "before";
        });
        const flaky = await step.run("flaky", () => {
          tools.note("flaky.flaky", { id: idOf(event), attempt, maxAttempts });
          if (attempt < 2) {
            throw new Error(`attempt ${attempt} fails`);
          }
          return `worked at ${attempt}`;
        });
        const after = await step.run("after", () => {
          tools.note("flaky.after", { id: idOf(event), attempt });
          return "after";
        });
        return [before, flaky, after];
      },
    },
    {
      id: "caught",
      triggers: [{ event: `${tools.appId}/caught` }],
      options: { retries: 1 },
      handler: async ({ event, step, attempt }) => {
        try {
          await step.run("doomed", () => {
            tools.note("caught.doomed", { id: idOf(event), attempt });
            throw new TypeError("never works", { cause: new Error("the root") });
          });
          return "not reached";
        } catch (error) {
          const thrown = error as Error;
          const plan = await step.run("plan-b", () => "plan b");
          return { name: thrown.name, message: thrown.message, plan };
        }
      },
    },
    {
      id: "uncaught",
      triggers: [{ event: `${tools.appId}/uncaught` }],
      options: { retries: 1 },
      handler: async ({ event, step, attempt }) => {
        tools.note("uncaught.entered", { id: idOf(event), attempt });
        await step.run("doomed", () => {
          tools.note("uncaught.doomed", { id: idOf(event), attempt });
          throw new TypeError("nobody catches me");
        });
      },
    },
  ];
}

function hardStepErrors(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "final-step",
      triggers: [{ event: `${tools.appId}/final-step` }],
      handler: async ({ event, step, attempt }) =>
        await step.run("final", () => {
          tools.note("final-step.attempt", { id: idOf(event), attempt });
          throw new tools.NonRetriableError("give up at once", { cause: new Error("why") });
        }),
    },
    {
      id: "parallel-failure",
      triggers: [{ event: `${tools.appId}/parallel-failure` }],
      options: { retries: 1 },
      handler: async ({ event, step, attempt }) => {
        const settled = await Promise.allSettled([
          step.run("good", () => "good"),
          step.run("bad", () => {
            tools.note("parallel-failure.bad", { id: idOf(event), attempt });
            throw new Error("bad branch");
          }),
          step.sleep("nap", "1s").then(() => "nap"),
        ]);
        return settled.map((one) =>
          one.status === "fulfilled" ? one.value : (one.reason as Error).message,
        );
      },
    },
  ];
}

function functionErrors(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "final-function",
      triggers: [{ event: `${tools.appId}/final-function` }],
      handler: ({ event, attempt }) => {
        tools.note("final-function.attempt", { id: idOf(event), attempt });
        throw new tools.NonRetriableError("the function gives up");
      },
    },
    {
      id: "flaky-function",
      triggers: [{ event: `${tools.appId}/flaky-function` }],
      options: { retries: 3 },
      handler: async ({ event, step, attempt }) => {
        const once = await step.run("once", () => {
          tools.note("flaky-function.once", idOf(event));
          return "once";
        });
        tools.note("flaky-function.attempt", { id: idOf(event), attempt });
        if (attempt < 2) {
          throw new Error(`function attempt ${attempt} fails`);
        }
        return { once, attempt };
      },
    },
    {
      id: "always-failing",
      triggers: [{ event: `${tools.appId}/always-failing` }],
      options: { retries: 2 },
      handler: ({ event, attempt }) => {
        tools.note("always-failing.attempt", { id: idOf(event), attempt });
        throw new RangeError("out of luck", { cause: new Error("bad day") });
      },
    },
    {
      id: "throws-text",
      triggers: [{ event: `${tools.appId}/throws-text` }],
      options: { retries: 0 },
      handler: () => {
        // oxlint-disable-next-line typescript/only-throw-error -- apps in the wild do throw plain strings
        throw "just words";
      },
    },
  ];
}
