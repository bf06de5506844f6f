// What step.ai.infer needs to know of a provider: where to send, with which key, in which format (sdk.md 1.4).
/* oxlint-disable typescript/no-explicit-any -- a model of the app's own may answer anything */

export type AiBody = Record<string, unknown>;

/** A provider and model for `step.ai.infer`, as the makers `openai`, `anthropic`, … give it. */
export interface AiModel<TAnswer = any> {
  /** Types only; never set. */
  readonly "~answer"?: TAnswer;
  url: string;
  headers?: Record<string, string>;
  authKey: string;
  format: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Completes the request's body (a copy) with the model's name and defaults. */
  onCall?(model: AiModel, body: AiBody): void;
}

/** Options that all makers of models take. */
export interface AiModelOptions {
  readonly model: string;
  /** Default: the provider's environment variable. */
  readonly apiKey?: string;
  readonly baseUrl?: string;
  /** Merged into each request. */
  readonly defaultParameters?: Readonly<Record<string, unknown>>;
}

/** An environment variable, where the runtime has an environment. */
export function readEnvironment(name: string): string | undefined {
  const globals = globalThis as {
    readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
  };
  return globals.process?.env?.[name];
}

/** A path below a base address, which keeps its own path with or without a slash at its end. */
export function below(baseUrl: string, path: string): string {
  return new URL(path, baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`).href;
}

/** Most providers: the defaults win over what the request says, and the model's name is added when it has none. */
export function fillBody(options: AiModelOptions, body: AiBody): void {
  Object.assign(body, options.defaultParameters);
  body["model"] ??= options.model;
}
