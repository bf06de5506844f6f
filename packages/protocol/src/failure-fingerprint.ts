// What makes two failures the same: function, step, error name, and the message once what differs from run to run is taken out.
// Stores keep fingerprints, so the same failure must give the same one in every version.
import { createHash } from "node:crypto";

export interface FailureFacts {
  readonly functionId: string;
  /** The name of the step that failed last. */
  readonly stepName?: string | undefined;
  readonly errorName: string;
  readonly errorMessage: string;
}

/** 16 hex digits: the same failure has the same fingerprint in every run and after every restart. */
export function failureFingerprint(failure: FailureFacts): string {
  const { functionId, stepName = "", errorName, errorMessage } = failure;
  const parts = [functionId, stepName, errorName, normalizeMessage(errorMessage)];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** What stands for a value that differs from run to run: quoted text, ids, addresses, times, numbers. First line only. */
export function normalizeMessage(message: string): string {
  const [firstLine = ""] = message.trimStart().split("\n", 1);
  return firstLine
    .slice(0, 500)
    .replaceAll(/"[^"]*"|(?<!\w)'[^']*'(?!\w)|`[^`]*`/g, "<text>")
    .replaceAll(/https?:\/\/\S+/g, "<url>")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, "<id>")
    .replaceAll(/\b(?=[0-9a-z_-]*\d)[0-9a-z_-]{12,}\b/gi, "<id>")
    .replaceAll(/-?\d+(?:[.,:]\d+)*/g, "<n>")
    .trim();
}
