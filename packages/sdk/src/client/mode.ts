// Dev or cloud (R16): what is said explicitly wins; else production environments are cloud and all others dev, so that a local
// app needs no setting. In dev mode signatures are not checked, so everything that looks like production must be cloud.
import { findVariable, parseFlag, type Environment } from "../serve/environment.ts";

/** The mode, why, and where the dev server is if a variable names one. */
export interface ModeFacts {
  readonly mode: "dev" | "cloud";
  /** False when it was inferred from the environment. */
  readonly isExplicit: boolean;
  readonly devUrl: string | undefined;
  /** Dev mode was asked for in what looks like production. */
  readonly isDevInProduction: boolean;
}

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
  const variable = findVariable("DEV", environments);
  const devUrl = findUrl(variable);
  const asked = isDev ?? (devUrl === undefined ? parseFlag(variable) : true);
  const looksLikeProduction = isProduction(environments);
  const isInDev = asked ?? !looksLikeProduction;
  return {
    mode: isInDev ? "dev" : "cloud",
    isExplicit: asked !== undefined,
    devUrl: isInDev ? devUrl : undefined,
    isDevInProduction: isInDev && looksLikeProduction,
  };
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
