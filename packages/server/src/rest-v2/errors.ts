// Errors of REST v2: `{errors: [{code, message}]}` as on the official server (server.md 2.4), with the codes of `@everstep/api`.
// An error about several fields is told field by field. Kept free of imports at run time: every server loads it at its start.
import type { ApiErrorCode } from "@everstep/api";
import type { ErrorBody } from "../http/error-reply.ts";
import type { ApiErrorDetail } from "./api-error.ts";

const CODES: Readonly<Partial<Record<string, ApiErrorCode>>> = {
  argument_invalid: "validation_error",
  expression_invalid: "validation_error",
  config_invalid: "validation_error",
  event_invalid: "validation_error",
  body_invalid: "invalid_request",
  run_not_found: "not_found",
  event_not_found: "not_found",
  function_not_found: "not_found",
  app_not_found: "not_found",
  signal_not_found: "not_found",
  route_not_found: "not_found",
  method_not_allowed: "method_not_allowed",
  key_rejected: "invalid_signing_key",
  key_missing: "authorization_header_missing",
  origin_rejected: "access_denied",
  run_ended: "run_already_ended",
  payload_too_large: "payload_too_large",
  media_type_unsupported: "unsupported_media_type",
  app_unreachable: "app_sync_failed",
  store_unavailable: "unavailable",
  shutting_down: "unavailable",
};

/** Whether a path belongs to REST v2. */
export function isV2(path: string): boolean {
  return /^\/(?:api\/)?v2(?:\/|$)/.test(path);
}

/** @param code Of our catalogue; unknown ones are `internal_error`. */
export function toV2Errors({ error, code = "internal", data }: ErrorBody): {
  readonly errors: readonly ApiErrorDetail[];
} {
  const known = CODES[code] ?? "internal_error";
  const fields = fieldErrors(data);
  if (fields.length === 0) return { errors: [{ code: known, message: error }] };
  return { errors: fields.map((each) => ({ code: known, ...each })) };
}

/** `{errors: [{field, message}]}`, as checks of several fields give them. */
function fieldErrors(data: unknown): { readonly field: string; readonly message: string }[] {
  const { errors } = (data ?? {}) as { errors?: unknown };
  if (!Array.isArray(errors)) return [];
  return (errors as { field?: unknown; message?: unknown }[]).flatMap(({ field, message }) =>
    typeof field === "string" && typeof message === "string" ? [{ field, message }] : [],
  );
}
