// What the options and the environment say together, read when it is first needed: dotenv fills variables late, and edge runtimes
// hand them over with each request. The process's environment is read once; what a request hands over wins until the next one.
import type { ClientOptions } from "./client-options.ts";
import { resolveBaseUrls, type BaseUrls } from "./base-urls.ts";
import { inferMode, type ModeFacts } from "./mode.ts";
import {
  findPlatform,
  findVariable,
  parseFlag,
  readEnvironment,
  type Environment,
} from "../serve/environment.ts";

/** Names under which hosting platforms tell the branch, most specific first. */
const BRANCH_VARIABLES = [
  "BRANCH_NAME",
  "VERCEL_GIT_COMMIT_REF",
  "BRANCH",
  "CF_PAGES_BRANCH",
  "RENDER_GIT_BRANCH",
  "RAILWAY_GIT_BRANCH",
] as const;

export interface ClientSettings extends BaseUrls, ModeFacts {
  readonly eventKey: string | undefined;
  readonly signingKey: string | undefined;
  readonly signingKeyFallback: string | undefined;
  readonly env: string | undefined;
  readonly platform: string | undefined;
  readonly sessionPropagation: boolean;
  readonly failureRunId: "failed" | "own";
}

/** @param given Variables of the request at hand, if the runtime hands them over. */
export function readClientSettings(
  options: ClientOptions,
  given: Environment | undefined,
): ClientSettings {
  const environments = given === undefined ? [readEnvironment()] : [given, readEnvironment()];
  const facts = inferMode(options.isDev, environments);
  const find = (name: string): string | undefined => findVariable(name, environments);
  return {
    ...facts,
    ...resolveBaseUrls(options.baseUrl, facts, environments),
    eventKey: textOf(options.eventKey) ?? find("EVENT_KEY"),
    signingKey: textOf(options.signingKey) ?? find("SIGNING_KEY"),
    signingKeyFallback: textOf(options.signingKeyFallback) ?? find("SIGNING_KEY_FALLBACK"),
    env: textOf(options.env) ?? find("ENV") ?? findBranch(environments),
    failureRunId: options.failureRunId ?? (find("FAILURE_RUN_ID") === "own" ? "own" : "failed"),
    sessionPropagation:
      options.sessionPropagation ?? parseFlag(find("SESSION_PROPAGATION")) ?? true,
    platform: environments.map(findPlatform).find((name) => name !== undefined),
  };
}

function findBranch(environments: readonly Environment[]): string | undefined {
  for (const name of BRANCH_VARIABLES) {
    const value = environments.map((each) => textOf(each[name])).find((text) => text !== undefined);
    if (value !== undefined) return value;
  }
  return undefined;
}

function textOf(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text;
}
