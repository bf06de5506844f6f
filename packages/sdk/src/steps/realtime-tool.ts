// step.realtime.publish: a message to subscribers, sent once per run. Accepts the v4 form (topic reference, data) and the v3
// form (one message).
import type { StandardSchemaV1 } from "../schemas/standard-schema.ts";
import { readStepOptions, type StepOptionsOrId, type StepPort } from "./step-request.ts";

/** What `channel.topic` gives in v4. */
export interface TopicReference {
  readonly channel: string;
  readonly topic: string;
  readonly config?: { readonly schema?: unknown };
}

/** What a topic builder gives in v3. */
export interface RealtimeMessage<TData = unknown> {
  readonly channel: string;
  readonly topic: string;
  readonly data: TData;
}

export interface PublishTool {
  <TData>(id: StepOptionsOrId, topic: TopicReference, data: TData): Promise<TData>;
  <TData>(id: StepOptionsOrId, message: RealtimeMessage<TData>): Promise<TData>;
}

export function publishTool(port: StepPort): PublishTool {
  const publish: PublishTool = async (
    id: StepOptionsOrId,
    target: TopicReference | RealtimeMessage,
    ...rest: readonly unknown[]
  ) => {
    const options = readStepOptions(id);
    const data = rest.length > 0 ? rest[0] : (target as RealtimeMessage).data;
    return port.perform({
      options,
      stepType: "realtime.publish",
      op: "StepPlanned",
      opts: { type: "step.realtime.publish" },
      inputs: [],
      handler: async () => {
        await checkData(target, data);
        await port.publish({ channel: target.channel, topic: target.topic, data });
        return data;
      },
    });
  };
  return publish;
}

async function checkData(target: TopicReference | RealtimeMessage, data: unknown): Promise<void> {
  const schema = "config" in target ? target.config?.schema : undefined;
  if (!isSchema(schema)) return;
  const result = await schema["~standard"].validate(data);
  if (result.issues === undefined) return;
  throw new Error(
    `The data for topic "${target.topic}" does not fit its schema: ${result.issues.map((issue) => issue.message).join("; ")}`,
  );
}

function isSchema(value: unknown): value is StandardSchemaV1 {
  return typeof value === "object" && value !== null && "~standard" in value;
}
