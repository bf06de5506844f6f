// The rows of official-calls.ts about tools that the server carries out or that are only planned: what their ops say.
import {
  anthropic,
  azureOpenai,
  deepseek,
  gemini,
  grok,
  openai,
} from "../steps/ai-models/ai-models.ts";
import type { OfficialCall } from "./official-calls.ts";
import { remembered, type TestContext } from "./test-call.ts";

export const OFFICIAL_TOOL_CALLS: readonly OfficialCall[] = [
  { name: "sleep by milliseconds", handler: async ({ step }) => step.sleep("s", 90_061_000) },
  {
    name: "sleep by text",
    handler: async ({ step }) => step.sleep({ id: "s", name: "Nap" }, "2 days"),
  },
  {
    name: "sleep below a second",
    handler: async ({ step }) => step.sleep("s", 300),
    not: { v3: "v3 drops it" },
  },
  {
    name: "sleep until a date",
    handler: async ({ step }) => step.sleepUntil("s", new Date(1_800_000_000_000)),
  },
  {
    name: "sleep until an ISO text",
    handler: async ({ step }) => step.sleepUntil("s", "2027-01-15T08:00:00+02:00"),
  },
  {
    name: "a finished sleep",
    handler: async ({ step }) => {
      await step.sleep("s", "1h");
      return "awake";
    },
    state: remembered({ s: null }),
  },
  {
    name: "waitForEvent",
    handler: async ({ step }) => step.waitForEvent("w", { event: "shop/paid", timeout: "7d" }),
  },
  {
    name: "waitForEvent with match",
    handler: async ({ step }) =>
      step.waitForEvent("w", { event: "shop/paid", timeout: "7d", match: "data.orderId" }),
  },
  {
    name: "waitForEvent with if",
    handler: async ({ step }) =>
      step.waitForEvent("w", {
        event: "shop/paid",
        timeout: new Date(1_800_000_000_000),
        if: "async.data.ok == true",
      }),
  },
  {
    name: "an event that arrived",
    handler: async ({ step }) => step.waitForEvent("w", { event: "shop/paid", timeout: "7d" }),
    state: remembered({ w: { name: "shop/paid", data: { a: 1 }, id: "e", ts: 1 } }),
  },
  {
    name: "an event that did not arrive",
    handler: async ({ step }) => step.waitForEvent("w", { event: "shop/paid", timeout: "7d" }),
    state: remembered({ w: null }),
  },
  {
    name: "waitForSignal",
    handler: async ({ step }) =>
      step.waitForSignal("w", { signal: "sig", timeout: "1h", onConflict: "replace" }),
  },
  {
    name: "sendEvent, planned",
    handler: async ({ step }) => step.sendEvent("s", { name: "a/b", data: {} }),
    state: { disableImmediateExecution: true },
  },
  {
    name: "sendSignal, planned",
    handler: async ({ step }) => step.sendSignal("s", { signal: "sig", data: 1 }),
    state: { disableImmediateExecution: true },
  },
  { name: "ai.wrap", handler: async ({ step }) => step.ai.wrap("w", (a: number) => a + 1, 4) },
  ...[
    openai({ model: "gpt-4o", apiKey: "k" }),
    anthropic({
      model: "claude",
      apiKey: "k",
      defaultParameters: { max_tokens: 5 },
      betaHeaders: ["x", "y"],
    }),
    grok({ model: "grok-2", apiKey: "k" }),
    deepseek({ model: "deepseek-chat", apiKey: "k", baseUrl: "https://example.com/v9" }),
    gemini({
      model: "gemini-pro",
      apiKey: "k",
      defaultParameters: { generationConfig: { temperature: 1, thinkingConfig: { a: 1 } } },
    }),
    azureOpenai({
      endpoint: "https://x.openai.azure.com",
      deployment: "d",
      apiVersion: "2024",
      model: "gpt",
      apiKey: "k",
    }),
  ].map((model) => ({
    name: `ai.infer at ${new URL(model.url).hostname}`,
    handler: async ({ step }: TestContext) =>
      step.ai.infer("i", { model, body: { messages: [{ role: "user", content: "hi" }] } }),
  })),
  {
    name: "step.fetch",
    handler: async ({ step }) =>
      (
        await step.fetch("https://example.com/x", {
          method: "POST",
          headers: { A: "b" },
          body: "{}",
        })
      ).text(),
    not: {
      v3: "v3 wraps the tool differently",
      v4: "the official tool needs its own async context",
    },
  },
  {
    name: "a fetched answer",
    handler: async ({ step }) => {
      const answer = await step.fetch("https://example.com/x");
      return [answer.status, await answer.text()];
    },
    state: remembered({
      "step.fetch: example.com": {
        data: { url: "", headers: {}, body: "hello", status_code: 404 },
      },
    }),
  },
];
