// The public face of @everstep/protocol: what crosses a process border. Pure functions and value types only.
export {
  buildCallBody,
  parseQueueItemId,
  toQueueItemId,
  type CallBodyParts,
} from "./call-request.ts";
export type { ConfigError, ConfigErrorCode } from "./config-report.ts";
export {
  CONTINUATION_OFFER,
  CONTINUATION_RESUME,
  buildContinuedCallBody,
  isContinuationGone,
  parseContinuation,
  type Continuation,
} from "./continued-call.ts";
export { canonicalizeText, canonicalJson } from "./canonical-json.ts";
export {
  formatDuration,
  parseDurationMs,
  parseGoDurationMs,
  parseTimeOrDurationMs,
} from "./duration.ts";
export { ERROR_CODES, EverstepError, type ErrorCode } from "./errors.ts";
export { eventToWireJson } from "./event-json.ts";
export type { EventInput, EventRecord } from "./event.ts";
export type {
  AppConfig,
  CancelRule,
  ConcurrencyRule,
  CronTrigger,
  EventTrigger,
  FunctionConfig,
  LimitScope,
  Trigger,
} from "./function-config.ts";
export { HEADERS, SERVER_KINDS, type ServerKind } from "./headers.ts";
export type { Json, JsonObject, JsonText } from "./json.ts";
export { LIMITS, type Limits } from "./limits.ts";
export { LOGS_TAKEN, LOG_LEVELS, type LogLevel, type LogLine } from "./log-line.ts";
export {
  OP_NAMES,
  type CallResult,
  type Op,
  type OpName,
  type ResponseFacts,
  type UserError,
} from "./op.ts";
export { parseCallResponse, type RawCallResponse } from "./parse-call-response.ts";
export { OpsError, parseOps, type OpsErrorCode } from "./parse-ops.ts";
export { parseEventBody, toEventRecord } from "./parse-events.ts";
export { parseFunctionConfig } from "./parse-function-config.ts";
export { parseInBandResponse, parseRegisterRequest } from "./register.ts";
export { parseLimitPatch, type LimitPatch } from "./parse-limit-patch.ts";
export { parseRetryAfterAtMs } from "./retry-after.ts";
export {
  hashSigningKey,
  createAuthorizer,
  isAuthorized,
  signBody,
  stripKeyPrefix,
  verifySignature,
  type SignatureCheck,
  type SignatureProblem,
} from "./signature.ts";
export { uuidFrom } from "./ids.ts";
export { inheritedMetaJson } from "./sessions.ts";
export { parseSdkVersion, type SdkVersion } from "./sdk-version.ts";
export { hashStepId } from "./step-id.ts";
export { isNestedDeeperThan } from "./json-depth.ts";
export { failureFingerprint, type FailureFacts } from "./failure-fingerprint.ts";
export {
  createUlidFactory,
  isUlid,
  parseEventIdSeed,
  ulidFromSeed,
  ulidTimeMs,
  type EventIdSeed,
} from "./ulid.ts";
export { parseUserError } from "./user-error.ts";
export { normalizeAppUrl } from "./app-url.ts";
