// Schema text of runs, their trace and the legacy run with its history. Names, enum values and nullability are those that
// official clients read (server.md 3.1).

export const RUN_SCHEMA = `
enum FunctionRunStatus { COMPLETED FAILED CANCELLED RUNNING QUEUED SKIPPED }

type FunctionRunV2 {
  id: ULID!
  appID: UUID!
  app: App!
  functionID: UUID!
  function: Function!
  traceID: String!
  queuedAt: Time!
  startedAt: Time
  endedAt: Time
  status: FunctionRunStatus!
  "Why a skipped run never ran: singleton or paused."
  skipReason: String
  "The run that held the singleton lock."
  skipExistingRunID: ULID
  sourceID: String
  "Internal ids of the events it runs for."
  triggerIDs: [ULID!]!
  "Null for runs that a cron expression started."
  eventName: String
  isBatch: Boolean!
  batchCreatedAt: Time
  cronSchedule: String
  "JSON of the result, or of the error of a failed run."
  output: Bytes
  trace(preview: Boolean): RunTraceSpan
  hasAI: Boolean!
  isDeferred: Boolean!
}

enum RunTraceSpanStatus { FAILED QUEUED RUNNING COMPLETED WAITING CANCELLED SKIPPED }

enum StepOp { RUN SLEEP WAIT_FOR_EVENT INVOKE SEND_EVENT AI_GATEWAY WAIT_FOR_SIGNAL }

type RunTraceSpan {
  spanID: String!
  traceID: String!
  runID: ULID!
  appID: UUID!
  functionID: UUID!
  name: String!
  status: RunTraceSpanStatus!
  attempts: Int
  "Milliseconds; null until it ended."
  duration: Int
  "Argument for runTraceSpanOutputByID; null when there is no output yet."
  outputID: String
  queuedAt: Time!
  "When the next attempt is due; null when none is planned."
  scheduledAt: Time
  startedAt: Time
  endedAt: Time
  childrenSpans: [RunTraceSpan!]!
  stepOp: StepOp
  "Hash of the step's id, as rerun takes it."
  stepID: String
  stepType: String
  stepInfo: StepInfo
  isRoot: Boolean!
  parentSpanID: String
  isUserland: Boolean!
  userlandSpan: UserlandSpan
  debugRunID: ULID
  debugSessionID: ULID
  debugPaused: Boolean!
  skipReason: String
  skipExistingRunID: String
  metadata: [SpanMetadata!]!
  response: SpanResponse
}

union StepInfo = InvokeStepInfo | SleepStepInfo | WaitForEventStepInfo | WaitForSignalStepInfo | RunStepInfo

type InvokeStepInfo {
  triggeringEventID: ULID
  functionID: String!
  timeout: Time!
  returnEventID: ULID
  runID: ULID
  timedOut: Boolean
}

type SleepStepInfo { sleepUntil: Time! }

type WaitForEventStepInfo {
  eventName: String!
  expression: String
  timeout: Time!
  foundEventID: ULID
  timedOut: Boolean
}

type WaitForSignalStepInfo { signal: String! timeout: Time! timedOut: Boolean }
type RunStepInfo { type: String }

type UserlandSpan {
  spanName: String
  spanKind: String
  serviceName: String
  resourceAttrs: Bytes
  scopeName: String
  scopeVersion: String
  spanAttrs: Bytes
}

type SpanMetadata { scope: String! kind: String! values: Map! updatedAt: Time! }
type SpanResponse { statusCode: Int headers: Map }

type RunTraceSpanOutput { input: Bytes data: Bytes error: StepError }
type StepError { name: String message: String! stack: String cause: Bytes }

type RunTraceTrigger {
  eventName: String
  IDs: [ULID!]!
  "The events as apps receive them, JSON."
  payloads: [Bytes!]!
  timestamp: Time!
  isBatch: Boolean!
  batchID: ULID
  cron: String
}

type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type RunsV2Connection { edges: [FunctionRunV2Edge!]! pageInfo: PageInfo! totalCount: Int! }
type FunctionRunV2Edge { node: FunctionRunV2! cursor: String! }

enum RunsV2OrderByField { QUEUED_AT STARTED_AT ENDED_AT }
enum RunsOrderByDirection { ASC DESC }

input RunsV2OrderBy { field: RunsV2OrderByField! direction: RunsOrderByDirection! }

input RunsFilterV2 {
  "Inclusive."
  from: Time!
  "Exclusive."
  until: Time
  timeField: RunsV2OrderByField = QUEUED_AT
  status: [FunctionRunStatus!]
  functionIDs: [UUID!]
  appIDs: [UUID!]
  isDeferred: Boolean
  "A CEL expression over event, output and error."
  query: String
}

type FunctionRun {
  id: ID!
  functionID: String!
  function: Function
  event: Event
  events: [Event!]!
  eventID: ID!
  batchID: ULID
  batchCreatedAt: Time
  status: FunctionRunStatus
  pendingSteps: Int
  startedAt: Time
  finishedAt: Time
  output: String
  history: [RunHistoryItem!]!
  historyItemOutput(id: ULID!): String
  cron: String
}

enum HistoryType {
  FunctionScheduled FunctionStarted FunctionCompleted FunctionFailed FunctionCancelled FunctionStatusUpdated
  StepScheduled StepStarted StepCompleted StepErrored StepFailed StepWaiting StepSleeping StepInvoking None
}

enum HistoryStepType { Run Send Sleep Wait Invoke }

type RunHistoryItem {
  id: ULID!
  type: HistoryType!
  createdAt: Time!
  attempt: Int!
  functionVersion: Int!
  "The same for every item of one step."
  groupID: UUID
  stepName: String
  stepType: HistoryStepType
  url: String
  sleep: RunHistorySleep
  waitForEvent: RunHistoryWaitForEvent
  waitResult: RunHistoryWaitResult
  invokeFunction: RunHistoryInvokeFunction
  invokeFunctionResult: RunHistoryInvokeFunctionResult
  result: RunHistoryResult
}

type RunHistorySleep { until: Time! }
type RunHistoryWaitForEvent { eventName: String! expression: String timeout: Time! }
type RunHistoryWaitResult { eventID: ULID timeout: Boolean! }
type RunHistoryInvokeFunction { eventID: ULID functionID: String! correlationID: String! timeout: Time! }
type RunHistoryInvokeFunctionResult { eventID: ULID timeout: Boolean! runID: ULID }

type RunHistoryResult {
  durationMS: Int!
  errorCode: String
  framework: String
  platform: String
  sdkLanguage: String!
  sdkVersion: String!
  sizeBytes: Int!
}

input FunctionRunQuery { workspaceId: ID! = "local" functionRunId: ID! }
input RerunFromStepInput {
  stepID: String!
  "The step's new input: JSON of an array of its arguments."
  input: Bytes
}
`;
