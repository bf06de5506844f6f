// Environment variables wherever the code runs: Node, Bun, Deno, or handed over with a request. An EVERSTEP_ name wins over its
// INNGEST_ twin, and an empty value counts as not set. Values are only looked up by name here, never listed or printed.

export type Environment = Readonly<Record<string, string | undefined>>;

interface RuntimeGlobals {
  readonly process?: { readonly env?: Environment };
  readonly Deno?: { readonly env?: { readonly toObject?: () => Environment } };
}

/** The variables of the process; empty where a runtime has none or forbids to read them. */
export function readEnvironment(): Environment {
  const globals = globalThis as unknown as RuntimeGlobals;
  if (globals.process?.env !== undefined) return globals.process.env;
  try {
    return globals.Deno?.env?.toObject?.() ?? {};
  } catch {
    return {};
  }
}

/**
 * The value of `EVERSTEP_<name>`, else of `INNGEST_<name>`.
 * @param environments Looked through in order, so what a request brought comes first.
 */
export function findVariable(
  name: string,
  environments: readonly Environment[],
): string | undefined {
  return findNamedVariable(name, environments)?.value;
}

/** As `findVariable`, with the name that was found. */
export function findNamedVariable(
  name: string,
  environments: readonly Environment[],
): { readonly name: string; readonly value: string } | undefined {
  for (const environment of environments) {
    for (const full of [`EVERSTEP_${name}`, `INNGEST_${name}`]) {
      const value = textOf(environment[full]);
      if (value !== undefined) return { name: full, value };
    }
  }
  return undefined;
}

/** True or false for the usual words; undefined for anything else. */
export function parseFlag(text: string | undefined): boolean | undefined {
  const word = text?.trim().toLowerCase();
  if (word === "1" || word === "true" || word === "yes" || word === "on") return true;
  if (word === "0" || word === "false" || word === "no" || word === "off") return false;
  return undefined;
}

/** Where the app is hosted, in the words of the protocol; undefined when unknown. */
export function findPlatform(environment: Environment): string | undefined {
  if (environment["VERCEL"] === "1") return "vercel";
  if (environment["NETLIFY"] === "true") return "netlify";
  if (environment["CF_PAGES"] === "1") return "cloudflare-pages";
  if (environment["RENDER"] === "true") return "render";
  if (textOf(environment["RAILWAY_ENVIRONMENT"]) !== undefined) return "railway";
  return undefined;
}

function textOf(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value.trim();
}
