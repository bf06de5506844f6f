// Handlers of what the server is: its state, and what clients of the official API ask for that a server of one's own has one of.
import type { Status } from "@everstep/api";
import { EverstepError } from "@everstep/protocol";
import { NIL_UUID, type ApiContext } from "./api-context.ts";
import type { Handlers } from "./handlers.ts";
import { toTime, toUpper } from "./wire.ts";

type ServerOperation =
  | "getStatus"
  | "getHealth"
  | "getAccount"
  | "listEnvs"
  | "listEventKeys"
  | "listSigningKeys";

export function createServerHandlers(context: ApiContext): Handlers<ServerOperation> {
  const { engine, options } = context;
  const isDev = options.serverKind === "dev";
  const environment = isDev ? "dev" : "production";
  const keysOf = (
    kind: string,
    keys: readonly string[],
  ): { id: string; name: string; environment: string; key: string }[] =>
    keys.map((key, index) => {
      const id = `${kind}-${index + 1}`;
      return { id, name: id, environment, key: masked(key) };
    });
  return {
    getStatus: async () => readStatus(context),
    getHealth: () => {
      const { state, reason } = engine.status();
      if (state === "ready") return { status: "ok" };
      throw new EverstepError(
        "shutting_down",
        `The engine is ${state}${reason === undefined ? "" : `: ${reason}`}.`,
      );
    },
    getAccount: () => ({ id: NIL_UUID, name: "self-hosted" }),
    listEnvs: () => [
      { id: NIL_UUID, name: environment, type: isDev ? "TEST" : "PRODUCTION", isArchived: false },
    ],
    listEventKeys: () => keysOf("event", options.eventKeys ?? []),
    listSigningKeys: () => keysOf("signing", options.signingKeys),
  };
}

async function readStatus({ engine, history, options, startedAtMs }: ApiContext): Promise<Status> {
  const { state, reason, callsInFlight } = engine.status();
  return {
    version: options.version,
    mode: options.serverKind === "dev" ? "DEV" : "START",
    state: toUpper(state),
    reason,
    startedAt: toTime(startedAtMs),
    callsInFlight,
    storage: {
      bytes: (await history.stats()).databaseBytes,
      runs: await history.countRuns({ timeField: "createdAtMs" }),
      events: await history.countEvents({ includeInternal: true }),
    },
    retention: {
      isEnabled: false,
      sentence: "Everything is kept: this version has no retention yet.",
    },
    keys: {
      signing: options.signingKeys.map(masked),
      event: (options.eventKeys ?? []).map(masked),
    },
  };
}

/** A key of few characters would be told by its last four. */
function masked(key: string): string {
  return key.length < 12 ? "••••" : `••••${key.slice(-4)}`;
}
