// Checks events against the schemas that apply to them: those of the client's registry when sending, those of the function's
// triggers and of the registry when receiving. Several schemas for one name are alternatives. Lifecycle events are not checked.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type { EventObject } from "../functions/definition.ts";
import type { EventSchemas, EventValueSchemas } from "./event-schemas.ts";
import { EventValidationError } from "./event-validation-error.ts";
import { isSchema, type AnySchema, type SchemaIssue } from "./standard-schema.ts";
import { validateReceived, validateValue } from "./validate.ts";

/** A trigger as far as checking goes. */
export interface CheckedTrigger {
  readonly event?: string;
  readonly cron?: string;
  readonly schema?: unknown;
}

type Run = typeof validateValue;

/**
 * Checks one event before it is sent.
 * @throws EventValidationError naming each field that does not fit.
 */
export async function checkOutgoing(
  schemas: EventSchemas<any> | undefined,
  event: EventObject & { readonly validate?: unknown },
): Promise<void> {
  const known = schemas?.values.get(event.name);
  if (known !== undefined) await runEventSchemas(event, [known], validateValue);
  if (typeof event.validate === "function") await event.validate();
}

/**
 * Checks one event that starts a function and returns it as the schemas give it out (defaults filled, dates revived).
 * An invocation is checked against `invoke()` schemas if there are any, else against those of all triggers.
 * @throws EventValidationError (not retriable) naming each field that does not fit.
 */
export async function checkIncoming(
  triggers: readonly CheckedTrigger[],
  schemas: EventSchemas<any> | undefined,
  event: EventObject,
): Promise<EventObject> {
  const alternatives = findAlternatives(triggers, schemas, event.name);
  if (alternatives.length === 0) return event;
  return runEventSchemas(event, alternatives, validateReceived);
}

function findAlternatives(
  triggers: readonly CheckedTrigger[],
  schemas: EventSchemas<any> | undefined,
  name: string,
): EventValueSchemas[] {
  if (name === "inngest/function.invoked") return findForInvocation(triggers, schemas);
  const matching = triggers.filter((trigger) => isMatch(trigger.event, name));
  const own = matching.map((trigger) => trigger.schema);
  // A trigger without a schema takes every shape, unless the registry knows the event.
  if (own.length > 0 && own.every(isSchema)) return own.map((data) => ({ data }));
  const known = schemas?.values.get(name);
  return known === undefined ? [] : [known];
}

function findForInvocation(
  triggers: readonly CheckedTrigger[],
  schemas: EventSchemas<any> | undefined,
): EventValueSchemas[] {
  const invocations = triggers.filter((trigger) => trigger.event === "inngest/function.invoked");
  const asked = invocations.length > 0 ? invocations : triggers;
  const found: EventValueSchemas[] = [];
  for (const { event, schema } of asked) {
    const known = event === undefined ? undefined : schemas?.values.get(event);
    if (isSchema(schema)) found.push({ data: schema });
    else if (known !== undefined) found.push(known);
    // One trigger that takes everything makes every invocation acceptable.
    else return [];
  }
  return found;
}

/** Exact, or by prefix when the trigger's name ends in `*`. */
function isMatch(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined) return false;
  if (pattern.endsWith("*")) return name.startsWith(pattern.slice(0, -1));
  return pattern === name;
}

async function runEventSchemas(
  event: EventObject,
  alternatives: readonly EventValueSchemas[],
  run: Run,
): Promise<EventObject> {
  let failure: EventValidationError | undefined;
  for (const { data, user } of alternatives) {
    const checkedData = await runField(event, "data", data, run);
    const checkedUser = await runField(event, "user", user, run);
    const issues = checkedData.issues ?? checkedUser.issues;
    if (issues === undefined) return { ...event, ...checkedData.change, ...checkedUser.change };
    const field = checkedData.issues === undefined ? "user" : "data";
    failure ??= EventValidationError.of(event.name, issues, field);
  }
  throw failure as EventValidationError;
}

interface CheckedField {
  readonly change?: Partial<EventObject>;
  readonly issues?: readonly SchemaIssue[];
}

async function runField(
  event: EventObject,
  field: "data" | "user",
  schema: AnySchema | undefined,
  run: Run,
): Promise<CheckedField> {
  if (schema === undefined) return {};
  // The engine's own member of an invocation's data is not the author's, and strict schemas would refuse it.
  const { _inngest: engineFacts, ...value } = event[field] ?? {};
  const result = await run(schema, value);
  if (result.issues) return { issues: result.issues };
  const checked = result.value as Record<string, unknown>;
  const change = engineFacts === undefined ? checked : { ...checked, _inngest: engineFacts };
  return { change: { [field]: change } };
}
