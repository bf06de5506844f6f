// step.ai: inference by the server while the run is parked (infer), or by the app inside a step (wrap).
import type { AiModel } from "./ai-models/ai-model.ts";
import { aiModels, type AiModels } from "./ai-models/ai-models.ts";
import { runTool, type RunTool } from "./run-tool.ts";
import {
  readStepOptions,
  readToolOptions,
  type StepOptionsOrId,
  type StepPort,
} from "./step-request.ts";

export interface InferOptions<TModel extends AiModel = AiModel> {
  readonly model: TModel;
  /** The provider's request; the model's defaults are merged into a copy of it. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly [extra: string]: unknown;
}

export interface AiTools {
  /** The provider's answer. The request is made by the server, so the app holds no connection meanwhile. */
  // oxlint-disable-next-line typescript/no-explicit-any -- each provider has its own answer
  readonly infer: (id: StepOptionsOrId, options: InferOptions) => Promise<any>;
  /** Like `run`, shown as an AI call. */
  readonly wrap: RunTool;
  readonly models: AiModels;
}

export function aiTools(port: StepPort): AiTools {
  return {
    infer: async (id, infer) => {
      const options = readStepOptions(id);
      const call = `step.ai.infer "${options.id}"`;
      const example = '{ model: openai({ model: "gpt-4o" }), body: { messages: […] } }';
      const { model, body: given, ...extra } = readToolOptions(infer, call, example);
      if (typeof model !== "object" || model === null) {
        throw new Error(`${call} has no model: give it ${example}.`);
      }
      const called = { ...model };
      const body = { ...given };
      model.onCall?.(called, body);
      return port.perform({
        options,
        stepType: "ai.infer",
        op: "AIGateway",
        opts: {
          type: "step.ai.infer",
          url: called.url,
          headers: called.headers,
          auth_key: called.authKey,
          format: called.format,
          body,
          ...extra,
        },
        inputs: [],
      });
    },
    wrap: runTool(port, "ai.wrap"),
    models: aiModels,
  };
}
