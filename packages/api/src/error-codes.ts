// Every error code of REST v2 with its HTTP status. Codes that the official v2 API has keep their names (server.md 2.4), so a
// client that knows those understands ours.

export const API_ERRORS = {
  invalid_request: {
    status: 400,
    meaning: "The request cannot be read, e.g. its body is no JSON.",
  },
  missing_field: { status: 400, meaning: "A required field is absent." },
  invalid_field_format: { status: 400, meaning: "A field has a value that it may not have." },
  validation_error: {
    status: 400,
    meaning: "The request is readable and asks for what cannot be.",
  },
  authorization_header_missing: { status: 401, meaning: "The server wants a key and got none." },
  invalid_signing_key: { status: 401, meaning: "The key is not a signing key of the server." },
  access_denied: {
    status: 403,
    meaning: "The request comes from a host or a page that may not call this server.",
  },
  not_found: { status: 404, meaning: "What the path names does not exist." },
  method_not_allowed: { status: 405, meaning: "The path exists and does not take this method." },
  run_already_cancelled: { status: 409, meaning: "The run was cancelled before." },
  run_already_ended: { status: 409, meaning: "The run has ended before." },
  idempotency_conflict: {
    status: 409,
    meaning: "An event with the same id, or the same idempotency key, started a run before.",
  },
  payload_too_large: { status: 413, meaning: "The body is larger than the server takes." },
  unsupported_media_type: { status: 415, meaning: "The body is not JSON." },
  rate_limited: { status: 422, meaning: "The function's rate limit kept it from starting." },
  function_debounced: {
    status: 422,
    meaning: "The function starts later: the event is debounced.",
  },
  function_skipped: { status: 422, meaning: "The function was not started; the message says why." },
  internal_error: { status: 500, meaning: "The server failed; its log says why." },
  not_implemented: {
    status: 501,
    meaning: "The official API has the path, and this version does not have what it is for.",
  },
  app_sync_failed: { status: 502, meaning: "The app could not be synced; the message says why." },
  unavailable: { status: 503, meaning: "The server is starting or stopping." },
} as const;

export type ApiErrorCode = keyof typeof API_ERRORS;

/** Errors that every route may give; a route names only what comes on top. */
export const COMMON_ERRORS: readonly ApiErrorCode[] = [
  "invalid_request",
  "invalid_field_format",
  "authorization_header_missing",
  "invalid_signing_key",
  "access_denied",
  "internal_error",
  "unavailable",
];
