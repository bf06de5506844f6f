// A transport whose answers a test writes down, for exchanges with apps that no test should need a socket for.
import type { InboundResponse, OutboundRequest, Transport } from "@everstep/engine";

export interface ScriptedTransport extends Transport {
  readonly requests: OutboundRequest[];
}

/** What an app answers: a response, or the error with which the exchange fails. */
export type Answer = Partial<InboundResponse> | Error;

export function createScriptedTransport(
  answer: (request: OutboundRequest, index: number) => Answer,
): ScriptedTransport {
  const requests: OutboundRequest[] = [];
  return {
    requests,
    send(request) {
      requests.push(request);
      const given = answer(request, requests.length - 1);
      if (given instanceof Error) return Promise.reject(given);
      return Promise.resolve({ status: 200, headers: {}, bodyText: "", ...given });
    },
    close: () => Promise.resolve(),
  };
}

/** As the engine's HTTP transport fails: a TransportError, which carries a code. */
export function transportError(code: string, message: string): Error {
  return Object.assign(new Error(message), { name: "TransportError", code });
}
