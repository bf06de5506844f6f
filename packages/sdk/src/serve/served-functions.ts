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

/** The official default for apps that are served. */
const YIELD_MS_DEFAULT = 10_000;
/** Only ids are read from what this base gives. */
const ANY_BASE_URL = new URL("https://app.invalid/api/inngest");

/** @throws Error when two functions have one id. */
export function collectFunctions(options: ServeOptions, appId: string): ServedFunctions {
  const functions = options.functions.filter((fn): fn is ServedFunction => Boolean(fn));
  if (functions.length < options.functions.length) {
    options.client.logger.warn(
      `serve: ${describeGaps(options.functions)} undefined and not served: check imports and exports; in a circle of imports the one that comes last is not there yet.`,
    );
  }
  options.functions.forEach(refuseOthers);
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

/** `functions[1] (after "a", before "b") is`: entries that are undefined have no name of their own. */
function describeGaps(functions: ServeOptions["functions"]): string {
  const named = functions.map((fn, index) => {
    const [before, after] = [functions[index - 1], functions[index + 1]].map(
      (each) => each?.definition?.id,
    );
    const places = [
      ...(before === undefined ? [] : [`after "${before}"`]),
      ...(after === undefined ? [] : [`before "${after}"`]),
    ];
    const where = places.length === 0 ? "" : ` (${places.join(", ")})`;
    return fn ? undefined : `functions[${index}]${where}`;
  });
  const gaps = named.filter((gap) => gap !== undefined);
  return `${gaps.join(" and ")} ${gaps.length === 1 ? "is" : "are"}`;
}

/** @throws TypeError for what createFunction() of this package has not made. */
function refuseOthers(fn: ServedFunction | undefined, index: number): void {
  if (!fn || (typeof fn === "object" && typeof fn.definition === "object")) return;
  const tag = (fn as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  const what =
    tag === "Inngest.Function"
      ? "a function of the official SDK: create it with a client of everstep, or import both from one package"
      : `${typeof fn === "object" ? "an object" : `a ${typeof fn}`}: pass what createFunction() returned`;
  throw new TypeError(`serve: functions[${index}] is ${what}.`);
}

/**
 * A call that lasts too long saves what it has and goes on in another call: what the bound of checkpointing does. Over HTTP there
 * is a bound unless the author says otherwise, since platforms and proxies end long requests.
 */
function withYieldTime(
  definition: FunctionDefinition,
  yieldMs: number | undefined,
): FunctionDefinition {
  const { checkpointing } = definition;
  if (checkpointing === undefined) return definition;
  const bounds = [checkpointing.maxRuntimeMs, yieldMs ?? 0].filter((ms) => ms > 0);
  if (bounds.length === 0 && !isUnbounded(definition)) bounds.push(YIELD_MS_DEFAULT);
  const maxRuntimeMs = bounds.length === 0 ? 0 : Math.min(...bounds);
  return { ...definition, checkpointing: { ...checkpointing, maxRuntimeMs } };
}

/** Whether the function's author asked for calls without a bound. */
function isUnbounded({ options }: FunctionDefinition): boolean {
  const { checkpointing } = options as { checkpointing?: { maxRuntime?: unknown } | boolean };
  return typeof checkpointing === "object" && checkpointing.maxRuntime !== undefined;
}
