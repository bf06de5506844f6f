// What `createEngine` takes, and the checks that need nothing but the options themselves.
import type { Chance, Clock } from "@everstep/engine";
import { EverstepError, type Limits } from "@everstep/protocol";
import {
  durationToMs,
  isInngest,
  isInngestFunction,
  type DurationInput,
  type Everstep,
  type EverstepFunction,
  type Logger,
} from "everstep";

/** Options of `createEngine`. */
export interface EmbeddedOptions<TClient extends Everstep = Everstep> {
  /** All functions that the engine runs, of one or several clients. Functions that a file knows and that are missing here are archived. */
  readonly functions: readonly EverstepFunction[];
  /** A SQLite file, created when it is missing, or `":memory:"` (nothing survives the process). One process at a time owns a file. */
  readonly data: string;
  /** Whose `send` the engine's `send` is, for its types. Default: the client of the first function. */
  readonly client?: TClient | undefined;
  /** Gets what the engine itself has to say. Default: warnings and errors go to the client's logger. */
  readonly logger?: Logger | undefined;
  /** Bounds: steps of a run (100,000), calls of functions at the same time for each client (1,000), time of one call (2 h). */
  readonly limits?: Partial<Limits> | undefined;
  /** Fixed delay before each retry, in place of the table (15 s, 30 s, 1 m, …). Milliseconds or a text such as `"1s"`. */
  readonly retryInterval?: DurationInput | undefined;
  /** For tests: time and chance of the engine. */
  readonly clock?: Clock | undefined;
  readonly chance?: Chance | undefined;
}

/** @throws EverstepError argument_invalid, naming the option, its value and the way out. */
export function checkOptions(options: EmbeddedOptions): void {
  if (typeof options !== "object" || options === null) {
    throw invalid(`createEngine was given ${show(options)}`, "{ functions: [...], data: file }");
  }
  const { functions, data, client } = options;
  if (!Array.isArray(functions) || functions.length === 0) {
    throw invalid(`functions is ${show(functions)}`, "an array with at least one function");
  }
  for (const [index, fn] of functions.entries()) {
    if (isInngestFunction(fn)) continue;
    throw invalid(
      `functions[${index}] is ${show(fn)}`,
      "what client.createFunction returned; when it is undefined, look at its import",
    );
  }
  if (typeof data !== "string" || data.trim() === "") {
    throw invalid(
      `data is ${show(data)}`,
      'the path of a file such as "./everstep.db", or ":memory:"',
    );
  }
  if (client !== undefined && !isInngest(client)) {
    throw invalid(`client is ${show(client)}`, "a client: new Everstep({ id })");
  }
  retryIntervalMsOf(options);
  checkLimits(options.limits);
}

/** @throws EverstepError argument_invalid. */
export function retryIntervalMsOf({ retryInterval }: EmbeddedOptions): number | undefined {
  if (retryInterval === undefined) return undefined;
  try {
    return durationToMs(retryInterval);
  } catch {
    throw invalid(`retryInterval is ${show(retryInterval)}`, 'a duration such as 500 (ms) or "1s"');
  }
}

const LIMIT_NAMES: ReadonlySet<string> = new Set<keyof Limits>([
  "stepsPerRunMax",
  "callsInFlightPerAppMax",
  "callTimeoutMs",
]);

function checkLimits(limits: EmbeddedOptions["limits"]): void {
  for (const [name, value] of Object.entries(limits ?? {})) {
    if (!LIMIT_NAMES.has(name)) {
      throw invalid(`limits.${name} is no limit`, `one of ${[...LIMIT_NAMES].join(", ")}`);
    }
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 1)) {
      throw invalid(`limits.${name} is ${show(value)}`, "a whole number of at least 1");
    }
  }
}

function invalid(what: string, wanted: string): EverstepError {
  return new EverstepError("argument_invalid", `createEngine: ${what}: give ${wanted}.`);
}

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  const text = (JSON.stringify(value) as string | undefined) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
