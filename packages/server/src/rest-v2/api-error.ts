// An error of REST v2 that has no code in the engine's catalogue, such as a field of a wrong form or a conflict that names a run.
import { API_ERRORS, type ApiErrorCode } from "@everstep/api";

export interface ApiErrorDetail {
  readonly code: ApiErrorCode;
  readonly message: string;
  readonly field?: string;
  readonly runId?: string;
}

export class ApiError extends Error {
  readonly details: readonly ApiErrorDetail[];
  readonly status: number;
  headers: Record<string, string> = {};

  /** The first detail gives the status. */
  constructor(first: ApiErrorDetail, ...further: readonly ApiErrorDetail[]) {
    super(first.message);
    this.name = "ApiError";
    this.details = [first, ...further];
    this.status = API_ERRORS[first.code].status;
  }
}
