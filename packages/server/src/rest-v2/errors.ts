// Errors of REST v2: `{errors: [{code, message}]}` as on the official server (server.md 2.4), with its words where it has one for
// what happened and ours where it has none. An error about several fields is told field by field.
import type { ErrorCode } from "@everstep/protocol";
import type { ErrorBody } from "../http/error-reply.ts";

export interface V2Error {
  readonly code: string;
  readonly message: string;
  /** Of the body that was sent. */
  readonly field?: string;
}

const OFFICIAL: Readonly<Partial<Record<string, string>>> = {
  argument_invalid: "validation_error",
  body_invalid: "invalid_request",
  run_not_found: "not_found",
  event_not_found: "not_found",
  function_not_found: "not_found",
  app_not_found: "not_found",
  signal_not_found: "not_found",
  route_not_found: "not_found",
  key_rejected: "invalid_signing_key",
  internal: "internal_error",
} satisfies Partial<Record<ErrorCode, string>>;

/** Whether a path belongs to REST v2. */
export function isV2(path: string): boolean {
  return /^\/(?:api\/)?v2(?:\/|$)/.test(path);
}

export function toV2Errors({ error, code = "api_error", data }: ErrorBody): {
  readonly errors: readonly V2Error[];
} {
  const official = OFFICIAL[code] ?? code;
  const fields = fieldErrors(data);
  if (fields.length === 0) return { errors: [{ code: official, message: error }] };
  return { errors: fields.map((each) => ({ code: official, ...each })) };
}

/** `{errors: [{field, message}]}`, as checks of several fields give them. */
function fieldErrors(data: unknown): { readonly field: string; readonly message: string }[] {
  const { errors } = (data ?? {}) as { errors?: unknown };
  if (!Array.isArray(errors)) return [];
  return (errors as { field?: unknown; message?: unknown }[]).flatMap(({ field, message }) =>
    typeof field === "string" && typeof message === "string" ? [{ field, message }] : [],
  );
}
