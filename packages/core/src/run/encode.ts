// How step results are stored and sent in `steps` (protocol.md 2.5). All texts are canonical JSON, so that call bodies can be
// put together by concatenation.
import { canonicalJson, type JsonText, type UserError } from "@everstep/protocol";

export function encodeData(dataJson: JsonText | undefined): JsonText {
  return `{"data":${dataJson ?? "null"}}`;
}

export function encodeError(error: UserError): JsonText {
  return `{"error":${canonicalJson(error)}}`;
}

/** The result of a step.invoke that nobody answered in time. */
export const INVOKE_TIMEOUT: UserError & { readonly error: string } = {
  error: "InngestInvokeTimeoutError: Timed out waiting for invoked function to complete",
  name: "InngestInvokeTimeoutError",
  message: "Timed out waiting for invoked function to complete",
};
