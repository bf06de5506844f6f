// A call that brought no answer, told as the failed attempt that it is: what happened, where, and how to mend it.
import type { CallResult } from "@everstep/protocol";
import { TransportError } from "../ports.ts";

const ADVICE: Readonly<Record<string, string>> = {
  unreachable: "Check that the app is running and that the engine can reach this address.",
  timed_out:
    "Return earlier, split the work into steps, or start the engine with a larger --call-timeout.",
  output_too_large: "Return less: at most 4 MiB a step and 8 MiB an answer.",
  address_denied: "The address policy forbids calls to this address.",
  connection_lost: "The app closed the connection before it answered; look for a crash in its log.",
};

export function transportFailure(url: string, error: unknown): CallResult {
  const code = error instanceof TransportError ? error.code : "internal";
  const cause = error instanceof Error ? error.message : String(error);
  const message = `The call to ${withoutQuery(url)} failed: ${cause}. ${ADVICE[code] ?? ""}`.trim();
  return {
    kind: "error",
    code,
    error: { name: "CallError", message },
    retriable: true,
    retryAfterText: undefined,
    outputJson: JSON.stringify({ code, error: message, name: "CallError", message }),
    response: undefined,
  };
}

function withoutQuery(url: string): string {
  const [base = url] = url.split("?");
  return base;
}
