// Likely mistakes, told while developing: once for each place, by number, with the way out. Silent in cloud mode. Nothing here changes
// what a function does.
import { findLoss } from "./lost-values.ts";
import type { ClientDefinition, EventObject, FunctionDefinition } from "../functions/definition.ts";

/** The numbers under which the guides explain the mistakes. */
export type DiagnosticId =
  | "D3"
  | "D7"
  | "D11"
  | "X3"
  | "X6"
  | "X10"
  | "X11"
  | "X12"
  | "X16"
  | "X20";

/** Which ones are turned off: all, or by number. */
export type DiagnosticsOption = false | { readonly [Id in DiagnosticId]?: "off" | "warn" };

const STEPS_OF_OFFICIAL_SERVER = 1_000;
const KEYS_LOOKED_AT_MAX = 200;
/** Exact names, without regard to case, `_` and `-`. */
const SENSITIVE_NAMES: ReadonlySet<string> = new Set(
  (
    "password passwd secret clientsecret token accesstoken refreshtoken apikey authorization " +
    "ssn cvv cvc cardnumber creditcard iban privatekey"
  ).split(" "),
);

const toldOf = new WeakMap<object, Set<string>>();

/** Tells an author of a likely mistake in a function, once for the function and the number. */
export function diagnose(fn: FunctionDefinition, id: DiagnosticId, problem: string): void {
  const { client, options } = fn;
  if (isOff(options["diagnostics"], id)) return;
  tell(client, options, { id, key: id, text: `Function "${fn.id}": ${problem}` });
}

/** What shows in the options of a function and in the size of a run. To be called for each call in dev mode. */
export function diagnoseCall(fn: FunctionDefinition, stepCount: number): void {
  if (stepCount > STEPS_OF_OFFICIAL_SERVER) {
    diagnose(
      fn,
      "D7",
      `a run has more than ${STEPS_OF_OFFICIAL_SERVER} steps, which works here and fails on official servers. Handle many items in one step, or send them as events (one send takes them all).`,
    );
  }
  const { concurrency } = fn.options;
  for (const rule of Array.isArray(concurrency) ? (concurrency as unknown[]) : [concurrency]) {
    const { key, scope } = (rule ?? {}) as { readonly key?: unknown; readonly scope?: unknown };
    if (typeof key !== "string" || !/^\s*(?:'[^']*'|"[^"]*")\s*$/.test(key)) continue;
    if (scope !== undefined && scope !== "fn") continue;
    diagnose(
      fn,
      "X11",
      `the concurrency key ${key} is the same for all events, but is not shared with other functions. Add scope: "env" or "account" to share the limit, or leave the key out.`,
    );
  }
}

/** Steps of one id that are under way at the same time; in a loop, one after the other, they are numbered reliably. */
export function diagnoseTwins(fn: FunctionDefinition, id: string): void {
  diagnose(
    fn,
    "X3",
    `several steps with the id "${id}" are under way at once. They are told apart by the order in which they are called: when that changes, one gets the result of another. Give each an id of its own, such as \`${id}-\${item.id}\`.`,
  );
}

/** What a step (or, without an id, the function) has returned, before it becomes JSON. */
export function diagnoseResult(
  fn: FunctionDefinition,
  stepId: string | undefined,
  result: unknown,
): void {
  if (fn.client.mode !== "dev" || typeof result !== "object" || result === null) return;
  const what = stepId === undefined ? "the result" : `the result of step "${stepId}"`;
  const loss = findLoss(result, "result");
  if (loss !== undefined) {
    diagnose(
      fn,
      "X16",
      `${what} is kept as JSON, where ${loss.what} (at ${loss.path}). Return plain data: Object.fromEntries(map), [...set], text for a bigint or bytes.`,
    );
  }
  const secret = findSensitive(result, { path: "result", left: KEYS_LOOKED_AT_MAX });
  if (secret !== undefined) {
    diagnose(
      fn,
      "D11",
      `${what} holds ${secret}, which looks like a secret: results are stored and shown. Return an id and load the secret where it is needed, or use encryptionMiddleware.`,
    );
  }
}

/** An error whose cause is a slip of the pen that the message does not name. */
export function diagnoseError(fn: FunctionDefinition, stepId: string, thrown: unknown): void {
  if (!(thrown instanceof ReferenceError)) return;
  const [, name] = /^Cannot access '([^']+)' before initialization$/.exec(thrown.message) ?? [];
  if (name === undefined) return;
  diagnose(
    fn,
    "X10",
    `the callback of step "${stepId}" uses "${name}" before it has a value. When the result of the step has that name too, as in const ${name} = await step.run(…, () => ${name}.…), the callback means the result: give the result another name.`,
  );
}

/** Event data whose names promise secrets; in cloud mode nobody looks. */
export function diagnoseEvent(
  client: Pick<ClientDefinition, "mode" | "logger" | "diagnostics">,
  event: EventObject,
): void {
  if (client.mode !== "dev" || isOff(client.diagnostics, "D11")) return;
  const path = findSensitive(event?.data, { path: "data", left: KEYS_LOOKED_AT_MAX });
  if (path === undefined) return;
  tell(client, client, {
    id: "D11",
    key: `D11 ${event.name}`,
    text: `The event "${event.name}" holds ${path}, which looks like a secret: events are stored and shown. Send an id and load the secret in the step, or put it under data.encrypted with encryptionMiddleware.`,
  });
}

/** Functions that exist and that no engine will hear of from this handler. */
export function diagnoseUnserved(
  client: Pick<ClientDefinition, "mode" | "logger" | "diagnostics">,
  servedIds: ReadonlySet<string>,
): void {
  const { funcs } = client as { readonly funcs?: readonly { id(): string }[] };
  const missing = (funcs ?? []).map((fn) => fn.id()).filter((id) => !servedIds.has(id));
  if (missing.length === 0) return;
  const names = missing.map((id) => `"${id}"`).join(", ");
  tell(client, client, {
    id: "X6",
    key: "X6",
    text: `Not served here: ${names}. Pass them to serve(), unless another handler serves them; what is not served never runs.`,
  });
}

/** Dev mode where it was certainly not meant. */
export function diagnoseDevInProduction(
  client: Pick<ClientDefinition, "mode" | "logger" | "diagnostics">,
): void {
  tell(client, client, {
    id: "X20",
    key: "X20",
    text: "This is a production environment in dev mode: requests are run without a signature. Remove isDev and INNGEST_DEV (EVERSTEP_DEV).",
  });
}

interface Finding {
  readonly id: DiagnosticId;
  readonly key: string;
  readonly text: string;
}

function tell(
  client: Pick<ClientDefinition, "mode" | "logger" | "diagnostics">,
  owner: object,
  { id, key, text }: Finding,
): void {
  if (client.mode !== "dev" || isOff(client.diagnostics, id)) return;
  const told = toldOf.get(owner) ?? new Set();
  toldOf.set(owner, told);
  if (told.has(key)) return;
  told.add(key);
  client.logger.warn(`[${id}] ${text} (Off with diagnostics: { ${id}: "off" }.)`);
}

function isOff(option: unknown, id: DiagnosticId): boolean {
  if (option === false) return true;
  return typeof option === "object" && option !== null && Reflect.get(option, id) === "off";
}

interface Search {
  readonly path: string;
  left: number;
}

function findSensitive(value: unknown, search: Search): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    search.left -= 1;
    if (search.left < 0) return undefined;
    const path = `${search.path}.${key}`;
    const hasValue = member !== null && member !== undefined && member !== "";
    if (hasValue && SENSITIVE_NAMES.has(key.toLowerCase().replaceAll(/[_-]/g, ""))) return path;
    if (key === "encrypted") continue;
    const inner: Search = { path, left: search.left };
    const found = findSensitive(member, inner);
    if (found !== undefined) return found;
    search.left = inner.left;
  }
  return undefined;
}
