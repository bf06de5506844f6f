// The functions behind one handler, by the ids under which the engine calls them.
import type { FunctionDefinition } from "../functions/definition.ts";
import { durationMsOf } from "../wire/duration.ts";
import type { ServedConfig, ServedFunction, ServeOptions } from "./serve-options.ts";

export interface ServedEntry {
  readonly definition: FunctionDefinition;
  readonly isFailureHandler: boolean;
}

export interface ServedFunctions {
  /** By `<app>-<function>`, and `<app>-<function>-failure`. */
  readonly entries: ReadonlyMap<string, ServedEntry>;
  configs(appUrl: URL): readonly ServedConfig[];
}

/** Only ids are read from what this base gives. */
const ANY_BASE_URL = new URL("https://app.invalid/api/inngest");

/** @throws Error when two functions have one id. */
export function collectFunctions(options: ServeOptions, appId: string): ServedFunctions {
  const functions = options.functions.filter((fn): fn is ServedFunction => Boolean(fn));
  if (functions.length < options.functions.length) {
    options.client.logger.warn(
      `serve: ${options.functions.length - functions.length} of the functions are undefined and not served: check their imports and exports.`,
    );
  }
  const configs = (baseUrl: URL): readonly ServedConfig[] =>
    functions.flatMap((fn) => fn.getConfig({ baseUrl, appPrefix: appId }));
  const entries = new Map<string, ServedEntry>();
  const yieldMs =
    options.streamTimeout === undefined
      ? undefined
      : durationMsOf(options.streamTimeout, "serve: streamTimeout");
  for (const fn of functions) {
    const definition = withYieldTime(fn.definition, yieldMs);
    for (const { id } of fn.getConfig({ baseUrl: ANY_BASE_URL, appPrefix: appId })) {
      if (entries.has(id)) {
        throw new Error(
          `serve: two functions have the id "${id}": give each its own id (a failure handler takes its function's id with -failure).`,
        );
      }
      entries.set(id, { definition, isFailureHandler: id !== `${appId}-${definition.id}` });
    }
  }
  return { entries, configs };
}

/** A call that lasts too long saves what it has and goes on in another call: what the bound of checkpointing does. */
function withYieldTime(
  definition: FunctionDefinition,
  yieldMs: number | undefined,
): FunctionDefinition {
  const { checkpointing } = definition;
  if (checkpointing === undefined || yieldMs === undefined || yieldMs === 0) return definition;
  const own = checkpointing.maxRuntimeMs;
  const maxRuntimeMs = own === 0 ? yieldMs : Math.min(own, yieldMs);
  return { ...definition, checkpointing: { ...checkpointing, maxRuntimeMs } };
}
