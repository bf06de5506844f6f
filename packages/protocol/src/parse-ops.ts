// Reads the opcodes of a 206 response or of a checkpoint (protocol.md 3.4). All or nothing: one bad op refuses the whole
// answer, because applying the others would tear apart what the app meant as one. Data stays as the app sent it.
import { canonicalJson } from "./canonical-json.ts";
import { foldKeys, isJsonObject, knownKeys } from "./fold-keys.ts";
import type { Json, JsonObject, JsonText } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { parseLogLines } from "./log-line.ts";
import { OP_NAMES, type Op, type OpName, type UserError } from "./op.ts";
import { parseUserError } from "./user-error.ts";

export type OpsErrorCode =
  | "op_unknown"
  | "op_invalid"
  | "ops_too_many"
  | "output_too_large"
  | "input_too_large";

/** Why an app's ops cannot be taken. */
export class OpsError extends Error {
  readonly code: OpsErrorCode;

  constructor(code: OpsErrorCode, message: string) {
    super(message);
    this.name = "OpsError";
    this.code = code;
  }
}

/** Exact names and their all-lower-case forms; anything between is unknown, as on the official server. */
const NAMES: ReadonlyMap<string, OpName> = new Map(
  OP_NAMES.flatMap((name) => [[name, name] as const, [name.toLowerCase(), name] as const]),
);
const OP_KEYS = knownKeys([
  "op",
  "id",
  "name",
  "displayName",
  "opts",
  "data",
  "error",
  "timing",
  "userland",
  "metadata",
  "logs",
]);
const TIMING_KEYS = knownKeys(["a", "b"]);
const USERLAND_KEYS = knownKeys(["id", "index"]);
const NANOS_PER_MS = 1_000_000;
const WRAPPER_BYTES = '{"data":}'.length;

/**
 * The ops of a response body: one op or an array of them; an empty array is an empty list.
 * @throws OpsError naming the op, its place and the way out.
 */
export function parseOps(body: unknown): Op[] {
  const items: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (items.length > LIMITS.opsPerResponseMax) {
    throw new OpsError(
      "ops_too_many",
      `The app answered ${items.length} ops at once; at most ${LIMITS.opsPerResponseMax} fit: start fewer steps in parallel.`,
    );
  }
  return items.map((item, index) => parseOp(item, index));
}

function parseOp(item: unknown, index: number): Op {
  if (!isJsonObject(item)) throw invalid(index, `is ${item === null ? "null" : typeof item}`);
  const raw = foldKeys(item, OP_KEYS);
  const op = parseName(raw["op"], index);
  const { id = "", name, displayName, metadata } = raw;
  if (typeof id !== "string" || (id === "" && op !== "None")) {
    throw invalid(index, `(${op}) has no id: it must be a non-empty string`);
  }
  const dataJson = parseData(raw["data"], op, index);
  const error = parseOpError(raw, op);
  const userland = parseUserland(raw["userland"]);
  const timing = parseTiming(raw["timing"]);
  const result: { -readonly [Key in keyof Op]: Op[Key] } = {
    op,
    id,
    name: typeof name === "string" ? name : "",
    opts: parseOpts(raw["opts"], op, index),
  };
  if (typeof displayName === "string") result.displayName = displayName;
  if (dataJson !== undefined) result.dataJson = dataJson;
  if (error !== undefined) result.error = error;
  if (userland !== undefined) result.userland = userland;
  if (timing !== undefined) result.timing = timing;
  if (metadata !== undefined && metadata !== null) result.metadata = metadata as Json;
  if (raw["logs"] !== undefined) result.logs = parseLogLines(raw["logs"]);
  return result;
}

function parseName(value: unknown, index: number): OpName {
  const name = typeof value === "string" ? NAMES.get(value) : undefined;
  if (name !== undefined) return name;
  const shown = typeof value === "string" ? `"${value.slice(0, 64)}"` : String(value);
  throw new OpsError(
    "op_unknown",
    `Op ${index} of the app's answer is ${shown}, which this engine does not know. Use an SDK version that it supports, or upgrade the engine.`,
  );
}

function parseData(data: unknown, op: OpName, index: number): JsonText | undefined {
  if (data === undefined) return undefined;
  const json = canonicalJson(data);
  // Counted as it will be stored, within `{"data":…}`.
  if (isLargerThan(json, LIMITS.stepOutputBytesMax - WRAPPER_BYTES)) {
    throw new OpsError(
      "output_too_large",
      `The output of op ${index} (${op}) is larger than ${LIMITS.stepOutputBytesMax} bytes: store it elsewhere and return a reference.`,
    );
  }
  return json;
}

function parseOpts(opts: unknown, op: OpName, index: number): JsonObject {
  if (!isJsonObject(opts)) return {};
  const input = opts["input"];
  if (input === undefined || input === null) return opts as JsonObject;
  if (!Array.isArray(input)) {
    throw invalid(index, `(${op}) has opts.input of type ${typeof input}: it must be an array`);
  }
  if (isLargerThan(canonicalJson(input), LIMITS.stepInputBytesMax)) {
    throw new OpsError(
      "input_too_large",
      `The input of op ${index} (${op}) is larger than ${LIMITS.stepInputBytesMax} bytes: pass a reference instead.`,
    );
  }
  return opts as JsonObject;
}

function parseOpError(raw: Record<string, unknown>, op: OpName): UserError | undefined {
  const { error, data } = raw;
  if (error !== undefined && error !== null) return parseUserError(error, "Unknown error");
  if (op !== "StepError" && op !== "StepFailed") return undefined;
  if (isJsonObject(data)) return parseUserError(data, "Unknown error");
  // Official SDKs leave the error out where the code threw `undefined` or `null`: the step has failed all the same.
  return parseUserError(data, "The step failed without an error: its code threw undefined or null");
}

function parseUserland(value: unknown): Op["userland"] {
  if (!isJsonObject(value)) return undefined;
  const { id, index } = foldKeys(value, USERLAND_KEYS);
  if (typeof id !== "string") return undefined;
  return { id, index: typeof index === "number" ? index : 0 };
}

function parseTiming(value: unknown): Op["timing"] {
  if (!isJsonObject(value)) return undefined;
  const { a: startedAtNs, b: durationNs } = foldKeys(value, TIMING_KEYS);
  if (typeof startedAtNs !== "number" || typeof durationNs !== "number") return undefined;
  return {
    startedAtMs: Math.floor(startedAtNs / NANOS_PER_MS),
    durationMs: Math.floor(durationNs / NANOS_PER_MS),
  };
}

/** Whether the text takes more bytes in UTF-8; counts only when the number of characters leaves it open. */
function isLargerThan(text: string, bytesMax: number): boolean {
  return text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax;
}

function invalid(index: number, what: string): OpsError {
  return new OpsError("op_invalid", `Op ${index} of the app's answer ${what}.`);
}
