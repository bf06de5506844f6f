// The error that a caller of Everstep sees: one class, one catalogue of codes, each with its HTTP status.

export const ERROR_CODES = {
  body_invalid: 400,
  event_invalid: 400,
  config_invalid: 400,
  sdk_version_denied: 400,
  server_kind_mismatch: 400,
  checkpoint_invalid: 400,
  expression_invalid: 400,
  argument_invalid: 400,
  key_rejected: 401,
  origin_rejected: 403,
  run_not_found: 404,
  event_not_found: 404,
  function_not_found: 404,
  app_not_found: 404,
  signal_not_found: 404,
  route_not_found: 404,
  method_not_allowed: 405,
  dispatch_stale: 409,
  run_ended: 409,
  run_gone: 410,
  payload_too_large: 413,
  app_unreachable: 502,
  store_unavailable: 503,
  shutting_down: 503,
  internal: 500,
} as const;
export type ErrorCode = keyof typeof ERROR_CODES;

export class EverstepError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  /** Further facts for the answer's `data` key, e.g. a list of invalid fields. */
  readonly data: unknown;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; data?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "EverstepError";
    this.code = code;
    this.status = ERROR_CODES[code];
    this.data = options.data;
  }
}
