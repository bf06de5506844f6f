// The providers that step.ai.infer can call. One creator each; they differ in address, key and header only.
import {
  below,
  fillBody,
  readEnvironment,
  type AiBody,
  type AiModel,
  type AiModelOptions,
} from "./ai-model.ts";
import type {
  AnthropicAnswer,
  GeminiAnswer,
  OpenAiChatAnswer,
  OpenAiResponsesAnswer,
} from "./ai-answers.ts";

const OPENAI_URL = "https://api.openai.com/v1/";

interface Provider {
  readonly keyVariable: string;
  readonly baseUrl: string;
  readonly path: string;
  readonly format: string;
}

function chatModel(provider: Provider, options: AiModelOptions): AiModel {
  return {
    url: below(options.baseUrl || provider.baseUrl, provider.path),
    authKey: options.apiKey || readEnvironment(provider.keyVariable) || "",
    format: provider.format,
    onCall: (_model, body) => fillBody(options, body),
    options: { ...options },
  };
}

/**
 * OpenAI's chat format; key from `OPENAI_API_KEY`. Other providers of this format by `baseUrl`.
 *
 * @example
 * const answer = await step.ai.infer("summarise", {
 *   model: openai({ model: "gpt-4.1-mini" }),
 *   body: { messages: [{ role: "user", content: "Summarise: it rained." }] },
 * });
 */
export function openai(options: AiModelOptions): AiModel<OpenAiChatAnswer> {
  return chatModel(
    {
      keyVariable: "OPENAI_API_KEY",
      baseUrl: OPENAI_URL,
      path: "chat/completions",
      format: "openai-chat",
    },
    options,
  );
}

/** OpenAI's responses format; key from `OPENAI_API_KEY`. */
export function openaiResponses(options: AiModelOptions): AiModel<OpenAiResponsesAnswer> {
  return chatModel(
    {
      keyVariable: "OPENAI_API_KEY",
      baseUrl: OPENAI_URL,
      path: "responses",
      format: "openai-responses",
    },
    options,
  );
}

/** Options of `anthropic`. */
export interface AnthropicOptions extends AiModelOptions {
  readonly betaHeaders?: readonly string[];
  readonly defaultParameters: Readonly<Record<string, unknown>> & { readonly max_tokens: number };
}

/**
 * Anthropic's messages format; key from `ANTHROPIC_API_KEY`. `max_tokens` is required by the provider.
 *
 * @example
 * const model = anthropic({
 *   model: "claude-sonnet-4-5",
 *   defaultParameters: { max_tokens: 1_000 },
 * });
 */
export function anthropic(options: AnthropicOptions): AiModel<AnthropicAnswer> {
  const betas = options.betaHeaders ?? [];
  return {
    ...chatModel(
      {
        keyVariable: "ANTHROPIC_API_KEY",
        baseUrl: "https://api.anthropic.com/v1/",
        path: "messages",
        format: "anthropic",
      },
      options,
    ),
    headers: {
      "anthropic-version": "2023-06-01",
      ...(betas.length === 0 ? {} : { "anthropic-beta": betas.join(",") }),
    },
  };
}

/** Google's Gemini, with the key in the address; key from `GEMINI_API_KEY`. */
export function gemini(options: AiModelOptions): AiModel<GeminiAnswer> {
  const authKey = options.apiKey || readEnvironment("GEMINI_API_KEY") || "";
  const baseUrl = options.baseUrl || "https://generativelanguage.googleapis.com/v1beta/";
  return {
    url: below(baseUrl, `models/${options.model}:generateContent?key=${authKey}`),
    authKey,
    format: "gemini",
    onCall: (_model, body) => fillGeminiBody(options, body),
    headers: {},
    options: { ...options },
  };
}

/** xAI's Grok; key from `XAI_API_KEY`. */
export function grok(options: AiModelOptions): AiModel<OpenAiChatAnswer> {
  return chatModel(
    {
      keyVariable: "XAI_API_KEY",
      baseUrl: "https://api.x.ai/v1",
      path: "chat/completions",
      format: "grok",
    },
    options,
  );
}

/** DeepSeek, which speaks OpenAI's chat format; key from `DEEPSEEK_API_KEY`. */
export function deepseek(options: AiModelOptions): AiModel<OpenAiChatAnswer> {
  return chatModel(
    {
      keyVariable: "DEEPSEEK_API_KEY",
      baseUrl: "https://api.deepseek.com/v1/",
      path: "chat/completions",
      format: "openai-chat",
    },
    options,
  );
}

/** Options of `azureOpenai`. */
export interface AzureOpenAiOptions {
  /** `https://<resource>.openai.azure.com/` */
  readonly endpoint: string;
  readonly deployment: string;
  readonly apiVersion: string;
  readonly model: string;
  readonly apiKey?: string;
  readonly defaultParameters?: Readonly<Record<string, unknown>>;
}

/** OpenAI's chat format at Azure; key from `AZURE_OPENAI_API_KEY`. */
export function azureOpenai(options: AzureOpenAiOptions): AiModel<OpenAiChatAnswer> {
  const authKey = options.apiKey || readEnvironment("AZURE_OPENAI_API_KEY") || "";
  const url = new URL(
    `openai/deployments/${options.deployment}/chat/completions`,
    options.endpoint,
  );
  url.searchParams.set("api-version", options.apiVersion);
  return {
    url: url.href,
    authKey,
    format: "azure-openai",
    onCall: (_model, body) => fillBody(options, body),
    headers: { "api-key": authKey, "Content-Type": "application/json" },
    options: { ...options },
  };
}

/** The makers of models, by provider. */
export interface AiModels {
  readonly anthropic: typeof anthropic;
  readonly azureOpenai: typeof azureOpenai;
  readonly deepseek: typeof deepseek;
  readonly gemini: typeof gemini;
  readonly grok: typeof grok;
  readonly openai: typeof openai;
  readonly openaiResponses: typeof openaiResponses;
}

/** All creators, as `step.ai.models`. */
export const aiModels: AiModels = {
  anthropic,
  azureOpenai,
  deepseek,
  gemini,
  grok,
  openai,
  openaiResponses,
};

/** Gemini's request wins over the defaults; only its thinking settings are merged one level deeper. */
function fillGeminiBody(options: AiModelOptions, body: AiBody): void {
  if (options.defaultParameters === undefined) return;
  const { generationConfig, ...defaults } = options.defaultParameters as Record<string, unknown>;
  Object.assign(body, { ...defaults, ...body });
  const inherited = asRecord(generationConfig);
  if (inherited === undefined) return;
  const own = asRecord(body["generationConfig"]) ?? {};
  body["generationConfig"] = {
    ...inherited,
    ...own,
    thinkingConfig: {
      ...asRecord(inherited["thinkingConfig"]),
      ...asRecord(own["thinkingConfig"]),
    },
  };
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
