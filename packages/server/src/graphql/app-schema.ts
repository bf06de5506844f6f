// Schema text of apps, functions and their configuration. Names, enum values and nullability are those that official
// clients read (server.md 3.1); fields that Everstep has no facts for are left out or always null, never invented.

export const APP_SCHEMA = `
"A point in time as RFC 3339 text in UTC with milliseconds."
scalar Time
"26 characters that sort by time."
scalar ULID
scalar UUID
"Text, usually a JSON document."
scalar Bytes
"Any JSON object."
scalar Map
scalar Uint
scalar Int64

enum AppMethod { SERVE CONNECT API }

type App {
  id: ID!
  "The app's id as its code names it."
  externalID: String!
  name: String!
  sdkLanguage: String!
  sdkVersion: String!
  framework: String
  url: String
  checksum: String
  "Why the last sync failed; null when it went well."
  error: String
  functions: [Function!]!
  method: AppMethod!
  appVersion: String
  sdkFeatureReadiness: SDKFeatureReadiness
  connected: Boolean!
  functionCount: Int!
  autodiscovered: Boolean!
}

type SDKFeatureReadiness {
  aiMetadataExtraction: SDKFeatureState!
  extendedTraces: SDKFeatureState!
}

type SDKFeatureState { ready: Boolean! reason: String }

type Function {
  id: String!
  name: String!
  slug: String!
  "The registered configuration as a JSON document."
  config: String!
  "With the limits in force: an operator's in place of those of the code."
  configuration: FunctionConfiguration!
  "Limits that an operator set in place of those of the code, such as throttle."
  overriddenLimits: [String!]!
  "Events that come while it is paused are skipped, and its runs wait."
  isPaused: Boolean!
  pausedAt: Time
  "The first limit that holds for the whole function; 0 when there is none."
  concurrency: Int!
  triggers: [FunctionTrigger!]
  url: String!
  appID: String!
  app: App!
  failureHandler: FunctionFailureHandler
}

type FunctionFailureHandler { slug: String! name: String! }

enum FunctionTriggerTypes { EVENT CRON }

type FunctionTrigger {
  type: FunctionTriggerTypes!
  "The event's name, or the cron expression."
  value: String!
  condition: String
}

type FunctionConfiguration {
  cancellations: [CancellationConfiguration!]!
  retries: RetryConfiguration!
  priority: String
  eventsBatch: EventsBatchConfiguration
  concurrency: [ConcurrencyConfiguration!]!
  rateLimit: RateLimitConfiguration
  debounce: DebounceConfiguration
  throttle: ThrottleConfiguration
  singleton: SingletonConfiguration
}

type CancellationConfiguration { event: String! timeout: String condition: String }
type RetryConfiguration { value: Int! isDefault: Boolean }
type EventsBatchConfiguration { maxSize: Int! timeout: String! key: String }

enum ConcurrencyScope { ACCOUNT ENVIRONMENT FUNCTION }

type ConcurrencyConfiguration {
  scope: ConcurrencyScope!
  limit: ConcurrencyLimitConfiguration!
  key: String
}

type ConcurrencyLimitConfiguration { value: Int! isPlanLimit: Boolean }
type RateLimitConfiguration { limit: Int! period: String! key: String }
type DebounceConfiguration { period: String! key: String }
type ThrottleConfiguration { burst: Int! key: String limit: Int! period: String! }

enum SingletonMode { SKIP CANCEL }

type SingletonConfiguration { mode: SingletonMode! key: String }

input AppsFilterV1 { method: AppMethod }
input FunctionQuery { workspaceId: ID! = "local" functionSlug: String! }
input CreateAppInput { url: String! }
input UpdateAppInput { id: String! url: String! }
`;
