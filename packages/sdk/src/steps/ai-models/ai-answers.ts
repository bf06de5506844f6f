// What AI providers answer, as far as apps usually read it, so that callbacks over an answer are typed. Types only: answers are given
// back as they came, unchecked, and every object may have more members than are named here.
/* oxlint-disable typescript/no-explicit-any -- members that are not named here are of any type */

/** Answer of OpenAI's chat format, which Azure, DeepSeek and Grok speak too. */
export interface OpenAiChatAnswer {
  id: string;
  model: string;
  created: number;
  choices: OpenAiChatChoice[];
  usage?: {
    prompt_tokens: number;
    completion_tokens: number;
    total_tokens: number;
    [member: string]: any;
  };
  error?: { message: string; type: string; [member: string]: any };
  [member: string]: any;
}

/** One of the answers that were asked for. */
export interface OpenAiChatChoice {
  index: number;
  finish_reason: string;
  message: {
    role: string;
    content: string | null;
    refusal?: string | null;
    tool_calls?: OpenAiToolCall[];
    [member: string]: any;
  };
  [member: string]: any;
}

/** A call of a function that the model asks for. */
export interface OpenAiToolCall {
  id: string;
  type: string;
  /** `arguments` is JSON text. */
  function: { name: string; arguments: string };
}

/** Answer of OpenAI's responses format. */
export interface OpenAiResponsesAnswer {
  id: string;
  model: string;
  status: string;
  created_at: number;
  output: OpenAiResponsesItem[];
  usage?: {
    input_tokens: number;
    output_tokens: number;
    total_tokens: number;
    [member: string]: any;
  } | null;
  error?: any;
  [member: string]: any;
}

/** A message, a call of a function, or a later kind of item. */
export interface OpenAiResponsesItem {
  type: string;
  id?: string;
  content?: { type: string; text?: string; [member: string]: any }[];
  [member: string]: any;
}

/** Answer of Anthropic's messages format. */
export interface AnthropicAnswer {
  id: string;
  type: string;
  role: string;
  model: string;
  content: (AnthropicText | AnthropicToolUse)[];
  stop_reason: string | null;
  stop_sequence: string | null;
  usage: { input_tokens: number; output_tokens: number; [member: string]: any };
  error?: { type: string; message: string };
  [member: string]: any;
}

/** Text that the model wrote. */
export interface AnthropicText {
  type: "text";
  text: string;
}

/** A call of a tool that the model asks for. */
export interface AnthropicToolUse {
  type: "tool_use";
  id: string;
  name: string;
  input: any;
}

/** Answer of Gemini. */
export interface GeminiAnswer {
  candidates?: GeminiCandidate[];
  usageMetadata?: {
    promptTokenCount?: number;
    candidatesTokenCount?: number;
    totalTokenCount?: number;
    [member: string]: any;
  };
  promptFeedback?: any;
  error?: { code: number; message: string; status: string };
  [member: string]: any;
}

/** One of Gemini's answers. */
export interface GeminiCandidate {
  content: { role?: string; parts: GeminiPart[]; [member: string]: any };
  finishReason?: string;
  [member: string]: any;
}

/** Text, or a call of a function, or data. */
export type GeminiPart =
  | { text: string; thought?: boolean }
  | { functionCall: { name: string; args: Record<string, any> } }
  | { functionResponse: { name: string; response: Record<string, any> } }
  | { inlineData: { data: string; mimeType: string } };
