// Schema text of events, and the roots that name every query and mutation. Names, enum values and nullability are those
// that official clients read (server.md 3.1).

export const EVENT_SCHEMA = `
type EventV2 {
  envID: UUID!
  "The engine's own id."
  id: ULID!
  "The id that the sender chose; null when it chose none."
  idempotencyKey: String
  name: String!
  occurredAt: Time!
  receivedAt: Time!
  "The event as apps receive it, JSON."
  raw: String!
  runs: [FunctionRunV2!]!
  source: EventSource
  version: String
}

type EventSource { id: String name: String sourceKind: String! }
type EventsConnection { edges: [EventsEdge!]! pageInfo: PageInfo! totalCount: Int! }
type EventsEdge { node: EventV2! cursor: String! }

input EventsFilter {
  eventNames: [String!]
  "Inclusive."
  from: Time!
  "Exclusive."
  until: Time
  includeInternalEvents: Boolean! = false
  "A CEL expression over event."
  query: String
}

enum EventStatus { RUNNING COMPLETED PARTIALLY_FAILED FAILED NO_FUNCTIONS }

type Event {
  id: ID!
  externalID: String
  name: String
  createdAt: Time
  "The event's data, JSON."
  payload: String
  raw: String
  status: EventStatus
  pendingRuns: Int
  totalRuns: Int
  functionRuns: [FunctionRun!]
}

enum StreamType { EVENT CRON }

type StreamItem {
  id: ID!
  "The event's name, or the cron expression."
  trigger: String!
  type: StreamType!
  createdAt: Time!
  runs: [FunctionRun]
  inBatch: Boolean!
}

input EventQuery { workspaceId: ID! = "local" eventId: ID! }
input EventsQuery { workspaceId: ID! = "local" lastEventId: ID }
input StreamQuery { after: Time before: Time limit: Int! = 20 includeInternalEvents: Boolean! = false }
`;

export const OPERATION_SCHEMA = `
type Query {
  apps(filter: AppsFilterV1): [App!]!
  app(id: UUID!): App
  functions: [Function!]
  functionBySlug(query: FunctionQuery!): Function
  event(query: EventQuery!): Event
  events(query: EventsQuery!): [Event!]
  eventV2(id: ULID!): EventV2!
  eventsV2(first: Int = 40, after: String, filter: EventsFilter!): EventsConnection!
  functionRun(query: FunctionRunQuery!): FunctionRun
  run(runID: String!): FunctionRunV2
  runs(
    first: Int = 40
    after: String
    orderBy: [RunsV2OrderBy!]
    filter: RunsFilterV2!
    preview: Boolean
  ): RunsV2Connection!
  runTrace(runID: String!): RunTraceSpan!
  runTraceSpanOutputByID(outputID: String!): RunTraceSpanOutput!
  runTrigger(runID: String!): RunTraceTrigger!
  stream(query: StreamQuery!): [StreamItem!]!
}

type Mutation {
  "Give the URL in input or by itself."
  createApp(input: CreateAppInput, url: String): App!
  updateApp(input: UpdateAppInput!): App!
  deleteApp(id: String!): String!
  deleteAppByName(name: String!): Boolean!
  invokeFunction(
    functionSlug: String!
    data: Map
    user: Map
    meta: Map
    debugSessionID: ULID
    debugRunID: ULID
  ): Boolean
  cancelRun(runID: ULID!): FunctionRun!
  rerun(
    runID: ULID!
    fromStep: RerunFromStepInput
    debugSessionID: ULID
    debugRunID: ULID
  ): ULID!
}
`;
