// The functions of an embedded engine: their registration by client, as a sync would bring it, and what is run for each slug.
import { EverstepError, parseRegisterRequest, type AppConfig } from "@everstep/protocol";
import type { EverstepFunction, FunctionDefinition } from "everstep";
import { SDK_NAME } from "everstep/in-process";

/** No request is ever made to it: `invalid` resolves nowhere (RFC 6761). */
const BASE_URL = "http://in-process.invalid/";

export interface ServedFunction {
  readonly definition: FunctionDefinition;
  /** The `-failure` function. */
  readonly isFailureHandler: boolean;
}

export interface ServedFunctions {
  readonly apps: readonly AppConfig[];
  readonly clients: readonly EverstepFunction["client"][];
  find(slug: string): ServedFunction | undefined;
  /** @throws EverstepError function_not_found, argument_invalid when two clients have a function of this id. */
  slugOf(target: EverstepFunction | string): string;
}

/** Decides, at each step, how long a call may go on, ms; 0: no bound. */
export type RuntimeBound = (own: number | undefined) => number;

/** Whether an app of the file was registered by an embedded engine. */
export function isInProcessUrl(url: string): boolean {
  return url.startsWith(BASE_URL);
}

/** @throws EverstepError config_invalid with every error, argument_invalid when two clients have one id. */
export function serveFunctions(
  functions: readonly EverstepFunction[],
  boundOf: RuntimeBound,
): ServedFunctions {
  const byClient = groupByClient(functions);
  const bySlug = new Map<string, ServedFunction>();
  const apps: AppConfig[] = [];
  for (const [client, own] of byClient) {
    const baseUrl = new URL(encodeURIComponent(client.id), BASE_URL);
    const place = { baseUrl, appPrefix: client.id };
    apps.push(
      parseRegisterRequest({
        url: baseUrl.href,
        deployType: "ping",
        framework: "embedded",
        appName: client.id,
        ...(client.appVersion === undefined ? {} : { appVersion: client.appVersion }),
        functions: toJson(own.flatMap((fn) => fn.getConfig(place))),
        sdk: SDK_NAME,
      }),
    );
    for (const fn of own) {
      const definition = withRuntimeBound(fn, boundOf);
      for (const { id } of fn.getConfig(place)) {
        bySlug.set(id, { definition, isFailureHandler: id !== fn.id(client.id) });
      }
    }
  }
  return {
    apps,
    clients: [...byClient.keys()],
    find: (slug) => bySlug.get(slug),
    slugOf: (target) => slugOf(target, bySlug, [...byClient.keys()]),
  };
}

function groupByClient(
  functions: readonly EverstepFunction[],
): Map<EverstepFunction["client"], EverstepFunction[]> {
  const byClient = new Map<EverstepFunction["client"], EverstepFunction[]>();
  for (const fn of functions) {
    const known = byClient.get(fn.client);
    if (known === undefined) byClient.set(fn.client, [fn]);
    else known.push(fn);
  }
  const ids = [...byClient.keys()].map((client) => client.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice === undefined) return byClient;
  throw new EverstepError(
    "argument_invalid",
    `createEngine: the functions come from two clients with the id "${twice}": create all functions of an app with one client.`,
  );
}

/** What a sync would send: members that are undefined vanish. */
function toJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Nothing here ends a call that goes on for long, so only the author's own bound counts, and that of the engine. */
function withRuntimeBound(fn: EverstepFunction, boundOf: RuntimeBound): FunctionDefinition {
  const { definition } = fn;
  const { checkpointing } = definition;
  if (checkpointing === undefined) return definition;
  const given = fn.opts.checkpointing ?? fn.client.checkpointing;
  const isOwn = typeof given === "object" && given.maxRuntime !== undefined;
  const own = isOwn ? checkpointing.maxRuntimeMs : undefined;
  const { bufferedSteps, maxIntervalMs } = checkpointing;
  return {
    ...definition,
    checkpointing: {
      bufferedSteps,
      maxIntervalMs,
      get maxRuntimeMs() {
        return boundOf(own);
      },
    },
  };
}

function slugOf(
  target: EverstepFunction | string,
  bySlug: ReadonlyMap<string, ServedFunction>,
  clients: readonly EverstepFunction["client"][],
): string {
  const name = typeof target === "string" ? target : target.absoluteId;
  if (bySlug.has(name)) return name;
  const slugs = clients.map((client) => `${client.id}-${name}`);
  const found = typeof target === "string" ? slugs.filter((slug) => bySlug.has(slug)) : [];
  if (found.length === 1 && found[0] !== undefined) return found[0];
  if (found.length > 1) {
    throw new EverstepError(
      "argument_invalid",
      `"${name}" is the id of several functions (${found.join(", ")}): give the function itself, or its full id.`,
    );
  }
  throw new EverstepError(
    "function_not_found",
    `This engine has no function "${name}": pass it to createEngine({ functions }). It has: ${[...bySlug.keys()].join(", ")}.`,
  );
}
