// Every header name of the protocol, lower case, in one place; server and SDK read and write them only through this.

export const HEADERS = {
  signature: "x-inngest-signature",
  sdk: "x-inngest-sdk",
  sdkHandled: "x-inngest-sdk-handled",
  env: "x-inngest-env",
  platform: "x-inngest-platform",
  framework: "x-inngest-framework",
  noRetry: "x-inngest-no-retry",
  retryAfter: "retry-after",
  requestVersion: "x-inngest-req-version",
  serverKind: "x-inngest-server-kind",
  expectedServerKind: "x-inngest-expected-server-kind",
  syncKind: "x-inngest-sync-kind",
  eventIdSeed: "x-inngest-event-id-seed",
  generationId: "x-inngest-generation-id",
  jobId: "x-inngest-job-id",
  stepId: "x-inngest-step-id",
  forceStepPlan: "x-inngest-force-step-plan",
  runId: "x-run-id",
  requestId: "x-request-id",
  accountId: "account-id",
  traceparent: "traceparent",
  tracestate: "tracestate",
  /** Ours: docs/reference/continuation.md. */
  continuation: "x-everstep-continuation",
  /** Ours: docs/reference/logs.md. */
  logs: "x-everstep-logs",
} as const;

/** What a server calls itself in `x-inngest-server-kind`. */
export const SERVER_KINDS = ["dev", "cloud"] as const;
export type ServerKind = (typeof SERVER_KINDS)[number];
