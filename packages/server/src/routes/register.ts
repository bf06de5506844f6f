// POST /fn/register, the sync of an app with its functions, and DELETE /fn/remove (protocol.md 1.3). The JS SDK takes the
// status of its own answer from the `status` inside this answer's JSON, so it is always there. A refused sync is also
// recorded on the app, where people look for it.
import type { Engine, Log } from "@everstep/engine";
import {
  EverstepError,
  HEADERS,
  LIMITS,
  normalizeAppUrl,
  parseRegisterRequest,
  type AppConfig,
  type ServerKind,
} from "@everstep/protocol";
import { readObject } from "../http/read-body.ts";
import { json, type Route } from "../http/route.ts";
import { parseText } from "../rest/query-params.ts";
import { syncApp } from "../sync/sync-app.ts";
import { toSyncFailureCode } from "../sync/sync-failure.ts";

export interface RegisterOptions {
  readonly engine: Engine;
  readonly log: Log;
  readonly serverKind: ServerKind;
}

export function registerRoutes(options: RegisterOptions): Route[] {
  const { engine } = options;
  return [
    {
      method: "POST",
      path: "/fn/register",
      access: "key",
      handle: async (context) => {
        checkServerKind(context.req.header(HEADERS.expectedServerKind), options.serverKind);
        const body = await readObject(context.env.incoming, LIMITS.callResponseBytesMax);
        const deployId = context.req.query("deployId");
        const outcome = await register(options, body, deployId);
        return json({
          ok: true,
          modified: outcome.modified,
          sync_id: outcome.syncId,
          app_id: outcome.appId,
          status: 200,
        });
      },
    },
    {
      method: "DELETE",
      path: "/fn/remove",
      access: "key",
      handle: async (context) => {
        const url = parseText(context.req.query("url"), "url");
        await engine.removeApp(URL.canParse(url) ? normalizeAppUrl(url) : url);
        return json({ ok: true, status: 200 });
      },
    },
  ];
}

async function register(
  { engine, log }: RegisterOptions,
  body: Record<string, unknown>,
  deployId: string | undefined,
): Promise<Awaited<ReturnType<Engine["syncApp"]>>> {
  try {
    const config: AppConfig = parseRegisterRequest(
      body,
      deployId === undefined ? {} : { deployId },
    );
    return await syncApp({ engine, log }, config);
  } catch (error) {
    // A failure of this server says nothing about the app.
    const isRefusal = error instanceof EverstepError && error.status < 500;
    if (isRefusal) await record({ engine, log }, body["url"], error);
    throw error;
  }
}

/** Without a usable URL there is no app to record the failure on; the answer and the log still tell it. */
async function record(
  { engine, log }: Pick<RegisterOptions, "engine" | "log">,
  url: unknown,
  error: EverstepError,
): Promise<void> {
  const text = typeof url === "string" ? url : "";
  log({
    level: "error",
    message: `Sync refused: ${error.message}`,
    fields: { url: text, code: error.code },
  });
  if (!URL.canParse(text)) return;
  await engine.recordSyncFailure({
    url: normalizeAppUrl(text),
    code: toSyncFailureCode(error),
    message: error.message,
    create: true,
  });
}

function checkServerKind(expected: string | undefined, own: ServerKind): void {
  if (expected === undefined || expected === "" || expected === own) return;
  throw new EverstepError(
    "server_kind_mismatch",
    `Expected server kind ${own}, got ${expected.slice(0, 40)}: the app was asked to sync by a "${expected.slice(0, 40)}" server but registers with this "${own}" server. Set INNGEST_BASE_URL (and INNGEST_DEV) of the app to the server it belongs to.`,
  );
}
