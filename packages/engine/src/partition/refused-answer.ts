// An answer of an app that the engine cannot take as it is: a failed attempt whose error and output say why.
import { canonicalJson, type CallResult, type UserError } from "@everstep/protocol";

export function refusedAnswer(
  answer: CallResult,
  error: UserError,
  options: { readonly retriable?: boolean; readonly code?: string } = {},
): CallResult {
  return {
    kind: "error",
    error,
    retriable: options.retriable ?? false,
    retryAfterText: undefined,
    outputJson: canonicalJson({ error: `${error.name}: ${error.message}`, ...error }),
    response: answer.response,
    ...(options.code === undefined ? {} : { code: options.code }),
  };
}
