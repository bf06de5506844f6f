// REST v1, bulk cancellation (server.md 2.3): cancels the runs of a function that started in a time range.
import type { CancellationRecord, History } from "@everstep/core";
import type { CancellationRequest, Clock, Engine } from "@everstep/engine";
import { EverstepError } from "@everstep/protocol";
import { readObject } from "../http/read-body.ts";
import { json, type Route } from "../http/route.ts";
import { dataReply } from "../rest/envelope.ts";
import { parseText, parseTime, parseUlid } from "../rest/query-params.ts";
import { cancellationToJson, toJsonArray } from "../rest/wire-json.ts";

const BODY_BYTES_MAX = 64 * 1024;
/** Clocks of callers may be ahead by this much (server.md 2.3). */
const AHEAD_MS_MAX = 5_000;

export function restCancellationRoutes({
  engine,
  history,
  clock,
}: {
  readonly engine: Engine;
  readonly history: History;
  readonly clock: Clock;
}): Route[] {
  const toJson = (record: CancellationRecord): string =>
    cancellationToJson(
      record,
      engine.findFunction(record.functionId)?.config.slug ?? record.functionId,
    );
  return [
    {
      method: "POST",
      path: "/v1/cancellations",
      access: "key",
      handle: async (context) => {
        const body = await readObject(context.env.incoming, BODY_BYTES_MAX);
        const record = await engine.cancelMany(parseRequest(body, clock.nowMs()));
        return dataReply(toJson(record), clock.nowMs());
      },
    },
    {
      method: "GET",
      path: "/v1/cancellations",
      access: "key",
      handle: async () => {
        const records = await history.listCancellations();
        return dataReply(toJsonArray(records.map(toJson)), clock.nowMs());
      },
    },
    {
      method: "DELETE",
      path: "/v1/cancellations/:id",
      access: "key",
      handle: async (context) => {
        const id = parseUlid(context.req.param("id") ?? "", "cancellation id");
        const records = await history.listCancellations();
        if (records.every((record) => record.id !== id)) return answerUnknown(id);
        await engine.removeCancellation(id);
        return json({ ok: true });
      },
    },
  ];
}

function answerUnknown(id: string): Response {
  const error = `There is no cancellation ${id}: GET /v1/cancellations lists those that exist.`;
  return json({ error, status: 404, code: "cancellation_not_found" }, 404);
}

/** Reports everything that is wrong at once. */
function parseRequest(body: Record<string, unknown>, nowMs: number): CancellationRequest {
  const problems: string[] = [];
  const read = <T>(parse: () => T): T | undefined => {
    try {
      return parse();
    } catch (error) {
      problems.push((error as Error).message);
      return undefined;
    }
  };
  const appId = read(() => parseText(body["app_id"], "app_id"));
  const functionId = read(() => parseText(body["function_id"], "function_id"));
  const startedBeforeMs = read(() => parseTime(body["started_before"], "started_before"));
  const after = body["started_after"] ?? undefined;
  const startedAfterMs =
    after === undefined ? undefined : read(() => parseTime(after, "started_after"));
  const given = body["if"] ?? undefined;
  const expression = given === undefined ? undefined : read(() => parseText(given, "if"));
  problems.push(...rangeProblems(startedAfterMs, startedBeforeMs, nowMs));
  if (
    appId === undefined ||
    functionId === undefined ||
    startedBeforeMs === undefined ||
    problems.length > 0
  ) {
    throw new EverstepError("argument_invalid", problems.join(" "), { data: { errors: problems } });
  }
  return {
    appId,
    functionId,
    startedBeforeMs,
    ...(startedAfterMs !== undefined && { startedAfterMs }),
    ...(expression !== undefined && { expression }),
  };
}

function rangeProblems(
  afterMs: number | undefined,
  beforeMs: number | undefined,
  nowMs: number,
): string[] {
  if (beforeMs === undefined) return [];
  if (beforeMs > nowMs + AHEAD_MS_MAX) {
    return ['"started_before" lies in the future: only runs that exist can be cancelled.'];
  }
  const isEmpty = afterMs !== undefined && afterMs >= beforeMs;
  return isEmpty ? ['"started_after" must lie before "started_before".'] : [];
}
