// Functions about running steps: none, one after another, many at once, racing.
import { idOf } from "../function-spec.ts";
import type { AppTools, FunctionSpec, HandlerContext } from "../function-spec.ts";

export function stepFunctions(tools: AppTools): readonly FunctionSpec[] {
  return [
    ...sequentialFunctions(tools),
    ...heldFunctions(tools),
    ...parallelFunctions(tools),
    ...racingFunctions(tools),
  ];
}

function sequentialFunctions(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "sequence",
      triggers: [{ event: `${tools.appId}/sequence` }],
      handler: async ({ event, step }) => {
        const first = await step.run("first", () => {
          tools.note("sequence.first", idOf(event));
          return { count: 1, words: ["a", "b"] };
        });
        const second = await step.run("second", () => {
          tools.note("sequence.second", idOf(event));
          return first.count + 1;
        });
        const third = await step.run("third", () => {
          tools.note("sequence.third", idOf(event));
        });
        return { first, second, third: third ?? null, echo: event.data };
      },
    },
    {
      id: "no-steps",
      triggers: [{ event: `${tools.appId}/no-steps` }],
      handler: ({ event, runId, attempt }) => ({ data: event.data, runId, attempt }),
    },
    {
      id: "no-result",
      triggers: [{ event: `${tools.appId}/no-result` }],
      handler: () => {},
    },
    {
      id: "text-result",
      triggers: [{ event: `${tools.appId}/text-result` }],
      handler: () => "plain text ✓",
    },
    {
      id: "loop",
      triggers: [{ event: `${tools.appId}/loop` }],
      handler: async ({ event, step }) => {
        let sum = 0;
        for (let outer = 0; outer < 5; outer += 1) {
          for (let inner = 0; inner < 10; inner += 1) {
            // The same id each time: the SDK numbers the repeats.
            sum += await step.run("add", () => {
              tools.note("loop.add", idOf(event));
              return outer * 10 + inner;
            });
          }
        }
        return sum;
      },
    },
  ];
}

function heldFunctions(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "gated",
      triggers: [{ event: `${tools.appId}/gated` }],
      // An attempt a second: a slow machine may take most of them to start an app again.
      options: { retries: 20 },
      handler: async ({ event, step }) => {
        const before = await step.run("before", () => {
          tools.note("gated.before", idOf(event));
          return "before";
        });
        const held = await step.run("held", async () => {
          tools.note("gated.held", idOf(event));
          await tools.gate(`gated.${idOf(event)}`);
          return "held";
        });
        const after = await step.run("after", () => {
          tools.note("gated.after", idOf(event));
          return "after";
        });
        return [before, held, after];
      },
    },
    {
      id: "gated-again",
      triggers: [{ event: `${tools.appId}/gated-again` }],
      handler: async ({ event, step, attempt }) =>
        await step.run("held", async () => {
          if (attempt === 0) {
            throw new Error("the first call fails");
          }
          tools.note("gated-again.held", idOf(event));
          await tools.gate(`gated-again.${idOf(event)}`);
          return "held";
        }),
    },
    {
      id: "gone",
      triggers: [{ event: `${tools.appId}/gone` }],
      options: { retries: 0 },
      handler: () => "still here",
    },
  ];
}

function parallelFunctions(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "overlap",
      triggers: [{ event: `${tools.appId}/overlap` }],
      handler: async ({ event, step }) => {
        const branch = (name: string): Promise<string> =>
          step.run(name, async () => {
            tools.note("overlap.started", { id: idOf(event), name });
            await tools.gate(`overlap.${idOf(event)}`);
            return name.toUpperCase();
          });
        const joined = await Promise.all(["a", "b", "c", "d", "e"].map((name) => branch(name)));
        const last = await step.run("last", () => joined.join(""));
        return { joined, last };
      },
    },
    {
      id: "mixed",
      triggers: [{ event: `${tools.appId}/mixed` }],
      handler: async ({ event, step }) => {
        const [ran, slept, waited] = await Promise.all([
          step.run("ran", () => "ran"),
          step.sleep("slept", "1s").then(() => "slept"),
          step.waitForEvent("waited", { event: `${tools.appId}/never`, timeout: "1s" }),
        ]);
        const after = await step.run("after", () => {
          tools.note("mixed.after", idOf(event));
          return [ran, slept, waited];
        });
        return after;
      },
    },
    {
      id: "chains",
      triggers: [{ event: `${tools.appId}/chains` }],
      handler: async ({ step }) => {
        const chain = async (name: string): Promise<string[]> => {
          const one = await step.run(`${name}-1`, () => `${name}1`);
          const two = await step.run(`${name}-2`, () => `${one}2`);
          const three = await step.run(`${name}-3`, () => `${two}3`);
          return [one, two, three];
        };
        return await Promise.all([chain("x"), chain("y"), chain("z")]);
      },
    },
    {
      id: "fan",
      triggers: [{ event: `${tools.appId}/fan` }],
      handler: async ({ event, step }) => {
        const numbers = Array.from({ length: 30 }, (_, index) => index);
        const squares = await Promise.all(
          numbers.map((n) =>
            step.run(`square-${n}`, () => {
              tools.note("fan.square", idOf(event));
              return n * n;
            }),
          ),
        );
        return squares.reduce((sum, square) => sum + square, 0);
      },
    },
  ];
}

function racingFunctions(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "race",
      triggers: [{ event: `${tools.appId}/race` }],
      handler: async ({ event, step, group }) => {
        const winner = await racing(group, () =>
          Promise.race([
            step.run("fast", () => "fast"),
            step.waitForEvent("slow", {
              event: `${tools.appId}/slow`,
              match: "data.id",
              timeout: "1h",
            }),
          ]),
        );
        const after = await step.run("after", () => winner);
        return await step.run("after that", () => {
          tools.note("race.after-that", idOf(event));
          return after;
        });
      },
    },
    {
      id: "race-run",
      triggers: [{ event: `${tools.appId}/race-run` }],
      handler: async ({ event, step, group }) =>
        await racing(group, () =>
          Promise.race([
            step.run("fast", () => "fast"),
            step.run("slow", async () => {
              tools.note("race-run.slow", idOf(event));
              await tools.gate(`race-run.${idOf(event)}`);
              return "slow";
            }),
          ]),
        ),
    },
    {
      id: "plain-race",
      triggers: [{ event: `${tools.appId}/plain-race` }],
      handler: async ({ step }) => {
        const winner = await Promise.race([
          step.run("fast", () => "fast"),
          step
            .waitForEvent("slow", {
              event: `${tools.appId}/slow`,
              match: "data.id",
              timeout: "1h",
            })
            .then(() => "slow"),
        ]);
        return await step.run("after", () => `${winner} won`);
      },
    },
  ];
}

/** Version 4 waits for every branch unless they are made inside group.parallel; version 3 has no group. */
function racing<T>(group: HandlerContext["group"], work: () => Promise<T>): Promise<T> {
  return group === undefined ? work() : group.parallel(work);
}
