// REST v1, signals (protocol.md 7.3): resumes the run that waits for a signal.
import type { Clock, Engine } from "@everstep/engine";
import { canonicalJson, LIMITS } from "@everstep/protocol";
import { readObject } from "../http/read-body.ts";
import type { Route } from "../http/route.ts";
import { dataReply } from "../rest/envelope.ts";
import { invalid, parseText } from "../rest/query-params.ts";

export function restSignalRoutes({
  engine,
  clock,
}: {
  readonly engine: Engine;
  readonly clock: Clock;
}): Route[] {
  return [
    {
      method: "POST",
      path: "/v1/signals",
      access: "key",
      handle: async (context) => {
        const body = await readObject(context.env.incoming, LIMITS.stepOutputBytesMax);
        const name = parseSignalName(body["signal"]);
        const { runId } = await engine.signal(name, canonicalJson(body["data"] ?? null));
        return dataReply(JSON.stringify({ run_id: runId }), clock.nowMs());
      },
    },
  ];
}

function parseSignalName(value: unknown): string {
  const name = parseText(value, "signal");
  if (name.length <= LIMITS.signalNameCharsMax) return name;
  throw invalid("signal", name, `it may have ${LIMITS.signalNameCharsMax} characters`);
}
