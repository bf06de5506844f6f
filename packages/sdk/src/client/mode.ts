// Dev or cloud (R16): what is said explicitly wins; else production environments are cloud and all others dev, so that a local
// app needs no setting. In dev mode signatures are not checked, so everything that looks like production must be cloud.
import { findNamedVariable, parseFlag, type Environment } from "../serve/environment.ts";

/** The mode, why, and where the dev server is if a variable names one. */
export interface ModeFacts {
  readonly mode: "dev" | "cloud";
  /** False when it was inferred from the environment. */
  readonly isExplicit: boolean;
  readonly devUrl: string | undefined;
  /** Dev mode was asked for in what looks like production. */
  readonly isDevInProduction: boolean;
  /** What is wrong with the variable of the mode, when it says neither yes nor no nor where a dev server is. */
  readonly devProblem: string | undefined;
}

const SHOWN_CHARS_MAX = 100;
/** Variables whose value names the kind of environment. */
const KIND_VARIABLES = ["NODE_ENV", "CONTEXT", "ENVIRONMENT", "VERCEL_ENV"] as const;
/** Variables that only hosting platforms set. */
const PLATFORM_VARIABLES = [
  "DENO_DEPLOYMENT_ID",
  "NETLIFY",
  "RENDER",
  "RAILWAY_GIT_BRANCH",
  "RAILWAY_ENVIRONMENT",
  "CF_PAGES",
] as const;

/** @param environments Looked through in order. */
export function inferMode(
  isDev: boolean | undefined,
  environments: readonly Environment[],
): ModeFacts {
  const variable = findNamedVariable("DEV", environments);
  const devUrl = findUrl(variable?.value);
  const said = devUrl === undefined ? parseFlag(variable?.value) : true;
  const asked = isDev ?? said;
  const looksLikeProduction = isProduction(environments);
  const isInDev = asked ?? !looksLikeProduction;
  return {
    mode: isInDev ? "dev" : "cloud",
    isExplicit: asked !== undefined,
    devUrl: isInDev ? devUrl : undefined,
    isDevInProduction: isInDev && looksLikeProduction,
    devProblem:
      variable === undefined || said !== undefined
        ? undefined
        : `${variable.name} is ${JSON.stringify(cut(variable.value))}, which has no effect: the app is in ${isInDev ? "dev" : "cloud"} mode by ${isDev === undefined ? "its environment" : "its isDev"}. Set it to 1 or 0 (true, false, yes, no, on, off), or to the URL of a dev server with its scheme, e.g. "http://localhost:8288".`,
  };
}

function cut(text: string): string {
  return text.length <= SHOWN_CHARS_MAX ? text : `${text.slice(0, SHOWN_CHARS_MAX)}…`;
}

function isProduction(environments: readonly Environment[]): boolean {
  const find = (name: string): string | undefined =>
    environments.map((each) => each[name]).find((value) => value !== undefined && value !== "");
  if (KIND_VARIABLES.some((name) => find(name)?.startsWith("prod") === true)) return true;
  const vercel = find("VERCEL_ENV");
  if (vercel !== undefined && vercel !== "development") return true;
  return PLATFORM_VARIABLES.some((name) => find(name) !== undefined);
}

function findUrl(text: string | undefined): string | undefined {
  return text !== undefined && /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined;
}
