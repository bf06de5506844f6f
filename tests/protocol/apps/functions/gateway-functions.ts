// Functions whose requests the engine makes for them: step.fetch and step.ai.infer. The addresses come with the event.
import type { AppTools, FunctionSpec } from "../function-spec.ts";

export function gatewayFunctions(tools: AppTools): readonly FunctionSpec[] {
  return [
    {
      id: "fetch",
      triggers: [{ event: `${tools.appId}/fetch` }],
      options: { retries: 1 },
      handler: async ({ event, step }) => {
        try {
          const response = await step.fetch(String(event.data["url"]), {
            method: "POST",
            headers: { "content-type": "text/plain", "x-test": "yes" },
            body: "hello from the app",
          });
          return {
            status: response.status,
            text: await response.text(),
            header: response.headers.get("x-answer"),
          };
        } catch (error) {
          return { caught: (error as Error).name, message: (error as Error).message };
        }
      },
    },
    {
      id: "infer",
      triggers: [{ event: `${tools.appId}/infer` }],
      options: { retries: 1 },
      handler: async ({ event, step }) => {
        const model = step.ai.models.openai({
          model: "test-model",
          apiKey: "sk-test",
          baseUrl: String(event.data["url"]),
        });
        try {
          return await step.ai.infer("ask", {
            model,
            body: { messages: [{ role: "user", content: String(event.data["question"]) }] },
          });
        } catch (error) {
          return { caught: (error as Error).name, message: (error as Error).message };
        }
      },
    },
  ];
}
