// What the clients of an embedded engine reach in place of a server: events and signals. Everything else says that it needs one.
import type { Engine } from "@everstep/engine";
import { EverstepError, LIMITS, canonicalJson, parseEventBody } from "@everstep/protocol";
import type { ApiRequest, AttachedEngine } from "everstep/in-process";

/** @param opened Resolves with the engine when it is ready. */
export function createClientPort(
  opened: () => Promise<Pick<Engine, "sendEvents" | "signal">>,
  nowMs: () => number,
): AttachedEngine {
  return {
    nowMs,
    async sendEvents(body, seed) {
      const engine = await opened();
      return engine.sendEvents(parseEventBody(body), seed === undefined ? {} : { seed });
    },
    async request(request) {
      try {
        return await answer(await opened(), request);
      } catch (error) {
        if (!(error instanceof EverstepError)) throw error;
        return Response.json({ error: error.message, code: error.code }, { status: error.status });
      }
    },
  };
}

async function answer(
  engine: Pick<Engine, "signal">,
  { method, path, body }: ApiRequest,
): Promise<Response> {
  if (method === "POST" && path === "/v1/signals") {
    const { signal, data } = JSON.parse(body ?? "{}") as { signal?: unknown; data?: unknown };
    return Response.json({ data: { run_id: (await sendSignal(engine, signal, data)).runId } });
  }
  const [shown] = path.split("?");
  throw new EverstepError(
    "route_not_found",
    `The embedded engine has no ${method} ${shown}: realtime messages and other reads over HTTP need a server (everstep dev, everstep start).`,
  );
}

/** @throws EverstepError argument_invalid, signal_not_found. */
export function sendSignal(
  engine: Pick<Engine, "signal">,
  name: unknown,
  data: unknown,
): Promise<{ readonly runId: string }> {
  if (typeof name !== "string" || name === "" || name.length > LIMITS.signalNameCharsMax) {
    throw new EverstepError(
      "argument_invalid",
      `The signal is ${JSON.stringify(name)?.slice(0, 80)}: it must be a text of 1 to ${LIMITS.signalNameCharsMax} characters.`,
    );
  }
  return engine.signal(name, canonicalJson(data ?? null));
}
