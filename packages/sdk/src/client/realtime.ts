// Realtime channels: their names and topics with the types of the messages, and publishing outside of steps. Receiving messages
// is not here: subscribers get a token and connect to the server themselves.
/* oxlint-disable typescript/no-explicit-any -- messages of topics without a schema may be anything */
import { findScope } from "../execution/async-context.ts";
import type { ClientDefinition } from "../functions/definition.ts";
import { isSchema, type AnySchema, type SchemaOutput } from "../schemas/standard-schema.ts";
import { formatPath, issuePath, validateValue } from "../schemas/validate.ts";
import { createEngineApi } from "../serve/engine-api.ts";
import { safeStringify } from "../wire/json-text.ts";

const TIMEOUT_MS = 30_000;

/** What a topic is. */
export interface TopicConfig {
  /** Messages are checked against it before they are published. */
  readonly schema?: AnySchema;
}

/** A topic of a channel, with the type of its messages. */
export interface TopicRef<TData = any> {
  readonly channel: string;
  readonly topic: string;
  readonly config: TopicConfig;
  /** Types only; never set. */
  readonly "~data"?: TData;
}

type DataOf<TConfig> = TConfig extends { readonly schema: infer TSchema }
  ? SchemaOutput<TSchema>
  : any;

/** A channel of one name; its topics are members. */
export type Channel<TName extends string, TTopics> = {
  readonly name: TName;
  readonly topics: TTopics;
} & { readonly [K in keyof TTopics & string]: TopicRef<DataOf<TTopics[K]>> };

type ChannelOf<TName, TTopics> = TName extends string
  ? Channel<TName, TTopics>
  : TName extends (...args: infer TArgs) => string
    ? ((...args: TArgs) => Channel<string, TTopics>) & { readonly topics: TTopics }
    : never;

function createChannel<
  const TName extends string | ((...args: any[]) => string),
  const TTopics extends Readonly<Record<string, TopicConfig>>,
>(options: { readonly name: TName; readonly topics: TTopics }): ChannelOf<TName, TTopics> {
  const { name, topics } = options;
  if (typeof name === "string") return toChannel(name, topics) as ChannelOf<TName, TTopics>;
  const make = (...args: unknown[]): unknown => toChannel(name(...args), topics);
  return Object.assign(make, { topics }) as unknown as ChannelOf<TName, TTopics>;
}

function toChannel(name: string, topics: Readonly<Record<string, TopicConfig>>): object {
  const refs = Object.entries(topics).map(
    ([topic, config]) => [topic, { channel: name, topic, config }] as const,
  );
  return { name, topics, ...Object.fromEntries(refs) };
}

/**
 * Declares channels for messages to browsers and other subscribers.
 *
 * @example
 * const orders = realtime.channel({
 *   name: (orderId: string) => `order:${orderId}`,
 *   topics: { status: { schema: z.object({ state: z.string() }) } },
 * });
 * await step.realtime.publish("tell", orders("o-1").status, { state: "shipped" });
 */
export const realtime: { readonly channel: typeof createChannel } = { channel: createChannel };

/** A message of the v3 form. */
export interface RealtimeMessage<TData = any> {
  readonly channel: string;
  readonly topic: string;
  readonly data: TData;
}

/** What a subscriber needs to connect. */
export interface SubscriptionToken {
  readonly channel: string;
  readonly topics: readonly string[];
  /** Short-lived; gates only the opening of the connection. */
  readonly key: string;
}

/** `client.realtime`: publishing that is not a step, and tokens for subscribers. */
export interface RealtimeClient {
  /**
   * Publishes a message at once: a topic with data, or a message of the v3 form. Inside a step it is repeated with the step.
   * @throws Error when the data does not fit the topic's schema or the server refuses it.
   */
  publish<TData>(topic: TopicRef<TData>, data: TData): Promise<TData>;
  publish<TData>(message: RealtimeMessage<TData> | Promise<RealtimeMessage<TData>>): Promise<TData>;
  /** A token for topics of a channel, e.g. for a browser. @throws Error when the server refuses it. */
  token(request: TokenRequest): Promise<SubscriptionToken>;
  /** The same under its v3 name. */
  getSubscriptionToken(request: TokenRequest): Promise<SubscriptionToken>;
}

interface TokenRequest {
  readonly channel: string | { readonly name: string };
  readonly topics: readonly string[];
}

/** The realtime tools of a client. */
export function createRealtimeClient(client: ClientDefinition): RealtimeClient {
  const token = (request: TokenRequest): Promise<SubscriptionToken> => fetchToken(client, request);
  const publish = async (
    target: TopicRef | RealtimeMessage | Promise<RealtimeMessage>,
    ...rest: readonly unknown[]
  ): Promise<any> => {
    const message = await target;
    const data = rest.length > 0 ? rest[0] : (message as RealtimeMessage).data;
    await checkMessage(message as TopicRef, data);
    await postMessage(client, { channel: message.channel, topic: message.topic, data });
    return data;
  };
  return { publish, token, getSubscriptionToken: token };
}

async function checkMessage(target: Partial<TopicRef>, data: unknown): Promise<void> {
  const schema = target.config?.schema;
  if (!isSchema(schema)) return;
  const { issues } = await validateValue(schema, data);
  if (issues === undefined) return;
  const texts = issues.map(
    (issue) => `${formatPath(["data", ...issuePath(issue)])}: ${issue.message}`,
  );
  throw new Error(
    `The message for topic "${target.topic}" does not fit its schema: ${texts.join("; ")}.`,
  );
}

async function postMessage(client: ClientDefinition, message: RealtimeMessage): Promise<void> {
  const query = new URLSearchParams({ channel: message.channel, topic: message.topic });
  const runId = findScope()?.runId;
  if (runId !== undefined) query.set("run_id", runId);
  const { data } = message;
  const response = await createEngineApi(client)({
    method: "POST",
    path: `/v1/realtime/publish?${query.toString()}`,
    body: typeof data === "string" ? data : (safeStringify(data) ?? "null"),
    timeoutMs: TIMEOUT_MS,
  });
  await requireOk(response, `The message to ${message.channel}/${message.topic} was not accepted`);
}

async function fetchToken(
  client: ClientDefinition,
  request: TokenRequest,
): Promise<SubscriptionToken> {
  const channel = typeof request.channel === "string" ? request.channel : request.channel.name;
  const response = await createEngineApi(client)({
    method: "POST",
    path: "/v1/realtime/token",
    body: JSON.stringify(request.topics.map((name) => ({ channel, name, kind: "run" }))),
    timeoutMs: TIMEOUT_MS,
  });
  await requireOk(response, `No token for the channel ${channel} was given`);
  const { jwt } = (await response.json()) as { readonly jwt: string };
  return { channel, topics: request.topics, key: jwt };
}

async function requireOk(response: Response, problem: string): Promise<void> {
  if (response.ok) return;
  const text = (await response.text()).slice(0, 300);
  throw new Error(`${problem}: the server answered ${response.status} ${text}`);
}
