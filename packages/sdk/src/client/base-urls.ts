// Where the client sends events and where it finds the API (protocol.md 12.2): option, then the specific variable, then the
// general one, then the dev server's URL, then the default of the mode. One origin serves both, but for the official cloud.
import { findVariable, type Environment } from "../serve/environment.ts";
import type { ModeFacts } from "./mode.ts";

const DEV_URL = "http://localhost:8288/";
const CLOUD_API_URL = "https://api.inngest.com/";
const CLOUD_EVENT_URL = "https://inn.gs/";

export interface BaseUrls {
  readonly apiBaseUrl: string;
  readonly eventBaseUrl: string;
}

/**
 * Both base URLs, each with a trailing slash where it has no path.
 * @throws TypeError when one is no URL, naming the option or variable.
 */
export function resolveBaseUrls(
  baseUrl: string | undefined,
  facts: ModeFacts,
  environments: readonly Environment[],
): BaseUrls {
  const find = (name: string): string | undefined => {
    const text = findVariable(name, environments);
    return text === undefined ? undefined : toUrl(text, `The variable ${name}`);
  };
  const option = baseUrl === undefined || baseUrl === "" ? undefined : toUrl(baseUrl, `"baseUrl"`);
  const general = option ?? find("BASE_URL");
  const fallback = facts.devUrl ?? (facts.mode === "dev" ? DEV_URL : undefined);
  return {
    apiBaseUrl:
      option ??
      find("API_BASE_URL") ??
      general ??
      (fallback === undefined ? CLOUD_API_URL : toUrl(fallback, "The variable DEV")),
    eventBaseUrl:
      option ??
      find("EVENT_API_BASE_URL") ??
      // The official cloud takes events elsewhere, and its guides name only the API (R16).
      (general === CLOUD_API_URL ? CLOUD_EVENT_URL : general) ??
      (fallback === undefined ? CLOUD_EVENT_URL : toUrl(fallback, "The variable DEV")),
  };
}

function toUrl(text: string, what: string): string {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return new URL(text).href;
  throw new TypeError(
    `${what} is ${JSON.stringify(text)}: give a URL with its scheme, e.g. "http://localhost:8288".`,
  );
}
