// Where ours answers otherwise than both official versions, and why. Everything else must be equal.
import type { Allowed } from "./compare.ts";

const NAME = "an SDK gives its own name and version (decision 0005)";
const CONNECT = "ours has no connect workers yet";
const MESSAGE = "messages are ours: they name the way out";
const DEV = "in dev mode ours tells the whole introspection, official SDKs the unsigned part";

export const NAMES: readonly Allowed[] = [
  { pattern: /^headers\.(?:x-inngest-sdk|user-agent): /, reason: NAME },
];

/** Of a sync, what goes out to the engine is under `sent`. */
export const PLAIN: readonly Allowed[] = [
  { pattern: /^body\.(?:inspection\.)?sdk(?:_author|_language|_version)?: /, reason: NAME },
  { pattern: /^sent\.0\.(?:headers\.(?:x-inngest-sdk|user-agent)|body\.sdk): /, reason: NAME },
  { pattern: /^(?:sent\.0\.)?body\.(?:inspection\.)?capabilities\.connect: /, reason: CONNECT },
  { pattern: /^body\.message: "[^|]+" \| "[^"]/, reason: MESSAGE },
  { pattern: /^body\.__serialized: true \| undefined$/, reason: "not the error of a function" },
  {
    pattern: /^headers\.x-inngest-req-version: "\d" \| undefined$/,
    reason: "the version is one of answers to calls; nobody reads it elsewhere",
  },
  {
    pattern:
      /^(?:body|headers\.content-type|headers\.allow): .* \| (?:""|"text\/plain.*"|"GET, POST, PUT")$/,
    reason: "405 has no body and says which methods there are",
  },
  {
    pattern: /^headers\.x-inngest-framework: "edge" \| undefined$/,
    reason: "405 says nothing more than the methods",
  },
  {
    pattern: /^headers\.x-inngest-(?:framework|sync-kind): undefined \| /,
    reason: "who may sync an app unsigned may know how it went",
  },
  {
    pattern: /\?deployId=d-1.* \| "http:\/\/app\.test\/api\/inngest(?:\?fnId=.*)?"$/,
    reason: "an app's address is the same after each deploy; its id goes along in deployId",
  },
  {
    pattern: /^sent\.0\.headers\.(?:x-inngest-sdk-handled|server-timing): .* \| undefined$/,
    reason: "of their server's telemetry",
  },
  {
    pattern: /^sent\.0\.headers\.authorization: "Bearer undefined" \| undefined$/,
    reason: "without a key there is nothing to say",
  },
  {
    pattern: /^body\.(?:inspection\.)?has_signing_key_fallback: undefined \| false$/,
    reason: "an addition of ours",
  },
  { pattern: /^body\.platform: undefined \| null$/, reason: "null says that there is none" },
  {
    pattern:
      /^body\.(?:inspection\.)?(?:event_)?api_origin: "http:\/\/engine\.test" \| "http:\/\/engine\.test\/"$/,
    reason: "ours writes every origin with its slash, official SDKs only their defaults",
  },
  { pattern: /^body\.inspection\.(?:extra\.)?\w+: undefined \| /, reason: DEV },
];

/** Of what steps send to the engine. */
export const SENT: readonly Allowed[] = [
  {
    pattern: /^sent\.\d+\.headers\.(?:x-inngest-sdk-handled|server-timing): .* \| undefined$/,
    reason: "of their server's telemetry",
  },
  {
    pattern: /^sent\.\d+\.headers\.(?:x-inngest-framework|trace(?:parent|state)): .* \| undefined$/,
    reason: "ours does not hand on what the call brought: no server needs it to take an event",
  },
  { pattern: /^sent\.\d+\.headers\.(?:x-inngest-sdk|user-agent): /, reason: NAME },
  {
    pattern: /^sent\.\d+\.headers\.x-inngest-event-id-seed: "\d+,[^"]{16}" \| "\d+,[^"]{16}"$/,
    reason: "official SDKs draw a seed for each send, ours has one for each step",
  },
];
