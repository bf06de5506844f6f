// Functions that reach the size limits of protocol.md section 10, from below and from above.
import type { AppTools, FunctionSpec } from "../function-spec.ts";

const MIB = 1024 * 1024;

export function largeFunctions(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      // 6 MiB of step outputs: more than fits a call request, so the SDK has to fetch them.
      id: "oversize",
      triggers: [{ event: `${tools.appId}/oversize` }],
      handler: async ({ event, step }) => {
        const sizes: number[] = [];
        for (const letter of ["a", "b", "c"]) {
          const text = await step.run(`big-${letter}`, () => letter.repeat(2 * MIB));
          sizes.push(text.length);
        }
        // Ends the request, so that a checkpointing SDK has to come back as well.
        await step.sleep("nap", "1s");
        const last = await step.run("last", () => sizes.join("+"));
        return { last, data: event.data };
      },
    },
    {
      id: "huge-step",
      triggers: [{ event: `${tools.appId}/huge-step` }],
      options: { retries: 0 },
      handler: async ({ step }) => {
        const text = await step.run("huge", () => "x".repeat(5 * MIB));
        return text.length;
      },
    },
    {
      id: "huge-result",
      triggers: [{ event: `${tools.appId}/huge-result` }],
      options: { retries: 0 },
      handler: () => "x".repeat(10 * MIB),
    },
  ];
}
