// What the official SDKs export, ours exports too: values at run time by subpath, types by the compiler (the imports below fail
// to compile when a name is missing). What is absent is listed with its reason, and no longer than it is absent.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type {
  BaseContext,
  ClientOptions,
  ClientOptionsFromInngest,
  Context,
  DurationInput,
  DurationLike,
  EventMeta,
  EventNameFromTrigger,
  EventPayload,
  EventSessions,
  EventSessionValue,
  EventsFromOpts,
  ExclusiveKeys,
  FailureEventArgs,
  FailureEventPayload,
  FinishedEventPayload,
  GetEvents,
  GetFunctionInput,
  GetFunctionOutput,
  GetFunctionOutputRaw,
  GetStepTools,
  GroupExperiment,
  GroupTools,
  Handler,
  InngestFunction,
  InngestFunctionReference,
  InstantLike,
  IsStringLiteral,
  JsonError,
  LiteralZodEventSchema,
  LogArg,
  Logger,
  LogLevel,
  MaybePromise,
  MiddlewareOptions,
  MiddlewareRegisterFn,
  MiddlewareRegisterReturn,
  OutgoingOp,
  ParallelOptions,
  PropagatedEventSessions,
  PropagatedEventSessionValue,
  ReceivedEventMeta,
  RegisterOptions,
  ScheduledTimerEventPayload,
  SendEventBaseOutput,
  SendEventPayload,
  SendSignalResponse,
  ServeHandlerOptions,
  StandardSchemaV1,
  StepFetch,
  StepOptions,
  StepOptionsOrId,
  StrictUnion,
  StrictUnionHelper,
  TimeStr,
  UnionKeys,
  WithoutInternal,
  ZodEventSchemas,
  ZonedDateTimeLike,
} from "everstep";
import { describe, expect, it } from "vitest";

/* oxlint-disable typescript/no-generated-empty-object-type -- names are looked up here, whatever the types are */

/** Every name is used here once, so that the compiler looks each of them up. */
export type OfficialTypeNames = [
  BaseContext,
  ClientOptions,
  ClientOptionsFromInngest<object>,
  Context,
  DurationInput,
  DurationLike,
  EventMeta,
  EventNameFromTrigger<string>,
  EventPayload,
  EventSessions,
  EventSessionValue,
  EventsFromOpts<ClientOptions>,
  ExclusiveKeys<{ a: 1; b: 2 }, "a", "b">,
  FailureEventArgs,
  FailureEventPayload,
  FinishedEventPayload,
  GetEvents<object>,
  GetFunctionInput<object>,
  GetFunctionOutput<object>,
  GetFunctionOutputRaw<object>,
  GetStepTools<object>,
  GroupExperiment,
  GroupTools,
  Handler,
  InngestFunction,
  InngestFunctionReference,
  InstantLike,
  IsStringLiteral<"a">,
  JsonError,
  LiteralZodEventSchema,
  LogArg,
  Logger,
  LogLevel,
  MaybePromise<1>,
  MiddlewareOptions,
  MiddlewareRegisterFn,
  MiddlewareRegisterReturn,
  OutgoingOp,
  ParallelOptions,
  PropagatedEventSessions,
  PropagatedEventSessionValue,
  ReceivedEventMeta,
  RegisterOptions,
  ScheduledTimerEventPayload,
  SendEventBaseOutput,
  SendEventPayload,
  SendSignalResponse,
  ServeHandlerOptions,
  StandardSchemaV1,
  StepFetch,
  StepOptions,
  StepOptionsOrId,
  StrictUnion<object>,
  StrictUnionHelper<object, object>,
  TimeStr,
  UnionKeys<object>,
  WithoutInternal<object>,
  ZodEventSchemas,
  ZonedDateTimeLike,
];

const LATER = "a later issue";
const CLOUD = "sandboxes are of the official cloud alone";
const INTERNAL = "internals of the official SDK without a promise to apps";
const INFERENCE = "a building block of the official SDK's own type inference";

/** Type names that ours lacks. `Realtime` names the types of subscriptions. */
const ABSENT_TYPES: Readonly<Record<string, string>> = {
  AddName: INFERENCE,
  AssertInternalEventPayloads: INFERENCE,
  Combine: INFERENCE,
  StandardEventSchemaToPayload: INFERENCE,
  StandardEventSchemas: INFERENCE,
  GroupToolsDeps: INFERENCE,
  HandlerWithTriggers: INFERENCE,
  Realtime: LATER,
};

/** Subpaths, and names of subpaths, that ours lacks. */
const ABSENT: Readonly<Record<string, string>> = {
  "/connect": LATER,
  "/experimental/durable-endpoints": LATER,
  "/experimental/durable-endpoints/client": LATER,
  "/realtime": LATER,
  "/react": LATER,
  "/types": INTERNAL,
  "/internals": INTERNAL,
  "/experimental DeferredFunction": LATER,
  "/experimental InngestSpanProcessor": "the SDK makes no traces of its own",
  "/experimental SandboxError": CLOUD,
  "/experimental SandboxValidationError": CLOUD,
  "/experimental getSandboxError": CLOUD,
  "/edge endpointAdapter": LATER,
  "/next endpointAdapter": LATER,
  "/node endpointAdapter": LATER,
  "/node createEndpointServer": LATER,
  "/node serveEndpoint": LATER,
  "/node readRequestBody": LATER,
  " GeminiAiAdapter": "words of the model provider's API, which may be written as texts",
};
/** Not names of the package, but of the CommonJS module that Node wraps. */
const WRAPPING: ReadonlySet<string> = new Set(["__esModule", "module.exports", "default"]);

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
}

function subpathsOf(manifest: string): string[] {
  const path = fileURLToPath(new URL(`../../${manifest}/package.json`, import.meta.url));
  const { exports } = JSON.parse(readFileSync(path, "utf8")) as Manifest;
  return Object.keys(exports)
    .filter((subpath) => !subpath.endsWith(".json"))
    .map((subpath) => subpath.slice(1));
}

/** Names of values. Where an official subpath cannot be loaded with the h3 that is installed here, its source tells them. */
async function namesOf(name: string, subpath: string): Promise<string[]> {
  try {
    const module = (await import(/* @vite-ignore */ `${name}${subpath}`)) as object;
    return Object.keys(module).filter((key) => !WRAPPING.has(key));
  } catch (error) {
    if (!String(error).includes("'h3'")) throw error;
    const path = new URL(`../../node_modules/${name}${subpath}.js`, import.meta.url);
    const list = /export \{([^}]*)\}/.exec(readFileSync(path, "utf8"))?.[1] ?? "";
    return list.split(",").map((entry) => entry.trim().split(" as ").at(-1) ?? "");
  }
}

const OURS: ReadonlySet<string> = new Set(subpathsOf("packages/sdk"));

describe.each(["inngest3", "inngest4"])("what %s exports", (official) => {
  it.each(subpathsOf(`node_modules/${official}`))(
    "'%s' is there, or absent with a reason",
    async (subpath) => {
      if (!OURS.has(subpath)) {
        expect(Object.keys(ABSENT)).toContain(subpath);
        return;
      }
      const names = await namesOf(official, subpath);
      const ours = new Set(await namesOf("everstep", subpath));
      expect(names.length).toBeGreaterThan(0);
      const missing = names.filter((name) => !ours.has(name));
      expect(missing.filter((name) => ABSENT[`${subpath} ${name}`] === undefined)).toEqual([]);
    },
  );

  it("has no type names that ours neither has nor lacks with a reason", () => {
    const path = new URL(`../../node_modules/${official}/index.d.ts`, import.meta.url);
    const list = /export \{([^}]*)\};?\s*$/.exec(readFileSync(path, "utf8"))?.[1] ?? "";
    const types = list
      .split(",")
      .map((entry) => entry.trim())
      .filter((entry) => entry.startsWith("type "))
      .map((entry) => entry.slice("type ".length).split(" as ").at(-1) ?? "");
    expect(types.length).toBeGreaterThan(30);
    const own = readFileSync(new URL("../../packages/sdk/src/index.ts", import.meta.url), "utf8");
    const unknown = types.filter((name) => !new RegExp(`\\b${name}\\b`).test(own));
    expect(unknown.filter((name) => ABSENT_TYPES[name] === undefined)).toEqual([]);
  });
});

it("nothing is listed as absent that is there", async () => {
  const subpaths = Object.keys(ABSENT).filter((entry) => !entry.includes(" "));
  expect(subpaths.filter((subpath) => OURS.has(subpath))).toEqual([]);
  for (const entry of Object.keys(ABSENT).filter((each) => each.includes(" "))) {
    const [subpath = "", name] = entry.split(" ");
    expect(await namesOf("everstep", subpath)).not.toContain(name);
  }
  const own = readFileSync(new URL("../../packages/sdk/src/index.ts", import.meta.url), "utf8");
  const exported = own.replaceAll(/\/\/.*$/gm, "");
  const names = Object.keys(ABSENT_TYPES);
  expect(names.filter((name) => new RegExp(`\\b${name}\\b`).test(exported))).toEqual([]);
});
