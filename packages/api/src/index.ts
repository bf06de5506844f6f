// Public names of the definition of REST v2.
export {
  API_BASES,
  API_ROUTES,
  type ApiAnswer,
  type ApiBody,
  type ApiParams,
  type ApiQuery,
  type ApiRoutes,
  type OperationId,
  type PathOf,
  type RouteAt,
} from "./api-routes.ts";
export {
  errorBodySchema,
  metadataSchema,
  pageSchema,
  type Envelope,
  type ErrorBody,
  type Page,
  type PagedEnvelope,
} from "./envelope.ts";
export { API_ERRORS, COMMON_ERRORS, type ApiErrorCode } from "./error-codes.ts";
export type { EventType, EventView, SendEventBody } from "./events.ts";
export type {
  EventExplanationView,
  EventFateView,
  RunExplanationView,
  RunReasonView,
} from "./explain.ts";
export type {
  ControlAuditView,
  FunctionConfigurationView,
  FunctionControls,
  LimitSet,
  LimitsPatch,
} from "./flow.ts";
export type {
  FunctionDetail,
  FunctionMetrics,
  FunctionStats,
  FunctionView,
  TriggerView,
} from "./functions.ts";
export type {
  App,
  BulkBody,
  BulkJob,
  FailureGroup,
  Failures,
  Schedule,
  Status,
  StreamMessage,
} from "./operations.ts";
export type {
  AnswerOf,
  ApiGroup,
  ApiRoute,
  BodyOf,
  DataOf,
  ObjectSchema,
  ParamsOf,
  ParsedRequest,
  QueryOf,
  SchemaIssue,
} from "./route.ts";
export { openApiDocument } from "./open-api.ts";
export { LOG_LEVEL_VALUES, type LogLevelValue, type LogLineView } from "./logs.ts";
export {
  RUN_STATUS_VALUES,
  type Run,
  type RunCount,
  type RunDetailView,
  type RunFilterInput,
  type RunStatusValue,
} from "./runs.ts";
export type {
  SpanDetail,
  SpanStatusValue,
  StepInfoView,
  StepOpValue,
  Trace,
  TraceSpan,
} from "./trace.ts";
export type { FunctionRef, UserErrorView } from "./values.ts";
