// Tells clients, functions and requests of the engine apart from other values, by their brand, so that objects of another copy of
// the package and of the official SDK count too.
import type { EverstepFunction } from "../functions/everstep-function.ts";
import type { InngestMiddleware } from "../middleware/inngest-middleware.ts";
import type { Everstep } from "./everstep.ts";
import { headerKeys } from "./protocol-names.ts";

function hasBrand(value: unknown, brand: string): boolean {
  if (typeof value !== "object" || value === null) return false;
  return (value as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === brand;
}

/** True for a client. */
export function isInngest(value: unknown): value is Everstep {
  return hasBrand(value, "Inngest.App");
}

/** True for a middleware object of the v3 form; middleware classes are not meant. */
export function isInngestMiddleware(value: unknown): value is InngestMiddleware {
  return hasBrand(value, "Inngest.Middleware");
}

/** True for a function that `createFunction` returned. */
export function isInngestFunction(value: unknown): value is EverstepFunction {
  return hasBrand(value, "Inngest.Function");
}

/** True for a request that an engine sent to run a function. Says nothing about its signature being right. */
export function isInngestRequest(request: {
  readonly headers: { get(name: string): string | null };
}): boolean {
  const runId = request.headers.get(headerKeys.InngestRunId);
  return runId !== null && runId !== "" && request.headers.get(headerKeys.Signature) !== null;
}
