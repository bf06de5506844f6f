// The contract of REST v2: every route of the table is served, every answer fits the document that describes it, exactly and without
// fields that it does not name, and every error has a code that its route names.
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import {
  API_ERRORS,
  API_ROUTES,
  COMMON_ERRORS,
  type ApiRoute,
  type OperationId,
} from "@everstep/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { APP_URL, openApiWorld, type ApiReply, type ApiWorld } from "./api-world.ts";

type Document = Record<string, never> & {
  paths: Record<string, Record<string, { operationId: string }>>;
};

let world: ApiWorld;
let document: Document;
let ajv: Ajv2020;
const ids = { event: "", run: "", failed: "", waiting: "", bulk: "", fingerprint: "" };

beforeAll(async () => {
  world = await openApiWorld();
  document = (await world.ask("GET", "/openapi.json")).json as never;
  ajv = new Ajv2020({ strict: false, allErrors: true });
  // The module's default export is the function itself under "module": "nodenext" of its CommonJS build.
  (addFormats as unknown as (target: Ajv2020) => void)(ajv);
  ajv.addSchema(document, "api");
  await sendAll();
});
afterAll(() => world.close());

async function sendAll(): Promise<void> {
  ids.event = await send("order", { total: 5, big: "<script>alert(1)</script>" });
  await send("fail", {});
  await send("wait", {});
  await world.ended(2);
  const first = async (query: string): Promise<string> => {
    const { json } = await world.ask("GET", `/runs?${query}`);
    return (json.data as { id: string }[])[0]?.id ?? "";
  };
  ids.run = await first("functionId=shop-order");
  ids.failed = await first("status=FAILED");
  ids.waiting = await first("functionId=shop-wait");
  const failures = await world.ask("GET", "/failures");
  ids.fingerprint =
    (failures.json.data as { groups: { fingerprint: string }[] }).groups[0]?.fingerprint ?? "";
  const bulk = await world.ask("POST", "/bulk", { action: "RERUN", runIds: [ids.run] });
  ids.bulk = (bulk.json.data as { id: string }).id;
  await world.ended(3);
}

async function send(name: string, data: Record<string, unknown>): Promise<string> {
  const { json } = await world.ask("POST", "/events", { name: `shop/${name}`, data });
  return (json.data as { eventId: string }).eventId;
}

type Request = readonly [path: string, body?: unknown];

/** A request for each route, with everything that it can take that changes its answer. */
const REQUESTS: { readonly [Id in Exclude<OperationId, "stream">]: () => Request } = {
  getStatus: () => ["/status"],
  getHealth: () => ["/health"],
  getAccount: () => ["/account"],
  listEnvs: () => ["/envs"],
  listEventKeys: () => ["/keys/events"],
  listSigningKeys: () => ["/keys/signing"],
  getApp: () => ["/apps/shop"],
  listApps: () => ["/apps"],
  addApp: () => ["/apps", { url: APP_URL }],
  syncApp: () => ["/apps/shop/sync"],
  removeApp: () => ["/apps/shop"],
  listSchedules: () => ["/schedules"],
  runSchedule: () => ["/schedules/shop-tick/run"],
  listFailures: () => ["/failures?appId=shop&buckets=3"],
  startBulk: () => [
    "/bulk",
    { action: "CANCEL", filter: { functionId: ["shop-order"], status: ["RUNNING"] } },
  ],
  listBulk: () => ["/bulk"],
  getBulk: () => [`/bulk/${ids.bulk}`],
  stopBulk: () => [`/bulk/${ids.bulk}/stop`],
  listRuns: () => ["/runs?includeOutput=true&limit=2&status=COMPLETED&status=FAILED&appId=shop"],
  countRuns: () => ["/runs/count?eventName=shop/order"],
  getRun: () => [`/runs/${ids.failed}`],
  getRunTrace: () => [`/runs/${ids.waiting}/trace`],
  getRunSpan: () => [`/runs/${ids.failed}/spans/root`],
  getRunEvents: () => [`/runs/${ids.run.toLowerCase()}/events`],
  listRunLogs: () => [`/runs/${ids.run}/logs?level=INFO&level=WARN&limit=3`],
  explainRun: () => [`/runs/${ids.waiting}/explain`],
  rerunRun: () => [`/runs/${ids.run}/rerun`, { fromStep: { stepId: "charge", input: [1] } }],
  cancelRun: () => [`/runs/${ids.waiting}/cancel`, { reason: "no longer wanted" }],
  listFunctions: () => ["/functions?search=order&buckets=5"],
  getFunction: () => ["/functions/shop-wait"],
  getFunctionMetrics: () => ["/functions/shop-order/metrics?buckets=4"],
  getLimits: () => ["/functions/shop-order/limits"],
  patchLimits: () => ["/functions/shop-order/limits", { concurrency: 2, retries: 1 }],
  pauseFunction: () => ["/functions/shop-order/pause"],
  resumeFunction: () => ["/functions/shop-order/resume"],
  listAudits: () => ["/functions/shop-order/audit"],
  invokeFunction: () => ["/functions/shop-order/invoke", { data: { total: 7 } }],
  listEvents: () => ["/events?includeRuns=true&includeInternal=true&limit=3"],
  sendEvent: () => ["/events", { name: "shop/other", ts: "2026-01-31T08:00:00Z" }],
  getEvent: () => [`/events/${ids.event}`],
  listEventRuns: () => [`/events/${ids.event}/runs?includeOutput=true`],
  explainEvent: () => [`/events/${ids.event}/explain`],
  listEventTypes: () => ["/event-types?includeData=true"],
};

/** The app's answer to a sync is an error here, which sync-by-url.test.ts and the SDK tests cover from both sides. */
const EXPECTED_STATUS: Partial<Record<OperationId, number>> = { addApp: 502, syncApp: 502 };

/** Removing the app comes last: the others need it. */
const ORDER = (Object.keys(REQUESTS) as (keyof typeof REQUESTS)[]).toSorted(
  (a, b) => Number(a === "removeApp") - Number(b === "removeApp"),
);

function complaintsAbout(id: string, reply: ApiReply): unknown {
  const route = API_ROUTES[id as OperationId];
  const pointer = [route.path, route.method.toLowerCase(), "responses", String(reply.status)]
    .map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1"))
    .join("/");
  const content = "content/application~1json/schema";
  const validate = ajv.getSchema(`api#/paths/${pointer}/${content}`);
  if (validate === undefined) return `${id} names no answer with status ${reply.status}`;
  return validate(reply.json) === true ? undefined : validate.errors;
}

describe("REST v2", () => {
  it("is tried with a request for every route of the table", () => {
    expect([...Object.keys(REQUESTS), "stream"].toSorted()).toEqual(
      Object.keys(API_ROUTES).toSorted(),
    );
  });

  it.each(ORDER)("answers %s as its document says", async (id) => {
    const route: ApiRoute = API_ROUTES[id];
    const [path, body] = REQUESTS[id]();
    const reply = await world.ask(route.method, path, body);
    const expected = EXPECTED_STATUS[id] ?? route.status;
    expect(reply).toMatchObject({ status: expected });
    expect(complaintsAbout(id, reply)).toBeUndefined();
    if (reply.status < 400) route.data.parse(reply.json.data);
  });

  it("describes itself with a valid OpenAPI 3.1 document that lists exactly the table", async () => {
    const found = await new Validator().validate(structuredClone(document));
    expect(found.errors).toBeUndefined();
    const listed = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(listed.toSorted()).toEqual(Object.keys(API_ROUTES).toSorted());
    expect(JSON.stringify(document)).not.toContain("$defs");
  });
});

const OPEN_API = { method: "GET", path: "/openapi.json" } as const;
const NOBODY = "01JABCDEFGHJKMNPQRSTVWXYZ0";

describe("errors of REST v2", () => {
  it.each<[id: OperationId, path: string, body: unknown, code: keyof typeof API_ERRORS]>([
    ["getRun", `/runs/${NOBODY}`, undefined, "not_found"],
    ["getRun", "/runs/mine", undefined, "invalid_field_format"],
    ["getRunTrace", `/runs/${NOBODY}/trace`, undefined, "not_found"],
    ["getRunSpan", `/runs/${NOBODY}/spans/root`, undefined, "not_found"],
    ["getRunEvents", `/runs/${NOBODY}/events`, undefined, "not_found"],
    ["explainRun", `/runs/${NOBODY}/explain`, undefined, "not_found"],
    ["cancelRun", `/runs/${NOBODY}/cancel`, {}, "not_found"],
    ["rerunRun", `/runs/${NOBODY}/rerun`, {}, "not_found"],
    ["listRuns", "/runs?limit=101", undefined, "invalid_field_format"],
    ["listRuns", "/runs?limt=10", undefined, "invalid_field_format"],
    ["listRuns", "/runs?cursor=zzz", undefined, "validation_error"],
    ["listRuns", "/runs?query=event.", undefined, "validation_error"],
    ["listRuns", "/runs?functionId=nope", undefined, "not_found"],
    ["countRuns", "/runs/count?appId=nope", undefined, "not_found"],
    ["getFunction", "/functions/nope", undefined, "not_found"],
    ["getFunctionMetrics", "/functions/nope/metrics", undefined, "not_found"],
    ["getLimits", "/functions/nope/limits", undefined, "not_found"],
    ["patchLimits", "/functions/nope/limits", { retries: 1 }, "not_found"],
    ["pauseFunction", "/functions/nope/pause", undefined, "not_found"],
    ["listAudits", "/functions/nope/audit", undefined, "not_found"],
    ["invokeFunction", "/functions/nope/invoke", {}, "not_found"],
    ["sendEvent", "/events", {}, "missing_field"],
    ["sendEvent", "/events", { name: "a", dta: {} }, "invalid_field_format"],
    ["sendEvent", "/events", { name: "inngest/mine" }, "validation_error"],
    ["listEvents", "/events?query=(", undefined, "validation_error"],
    ["getEvent", `/events/${NOBODY}`, undefined, "not_found"],
    ["listEventRuns", `/events/${NOBODY}/runs`, undefined, "not_found"],
    ["explainEvent", `/events/${NOBODY}/explain`, undefined, "not_found"],
    ["syncApp", "/apps/nope/sync", undefined, "not_found"],
    ["getApp", "/apps/nope", undefined, "not_found"],
    ["removeApp", "/apps/nope", undefined, "not_found"],
    ["addApp", "/apps", {}, "missing_field"],
    ["listFailures", "/failures?functionId=nope", undefined, "not_found"],
    ["runSchedule", "/schedules/nope/run", undefined, "not_found"],
    ["startBulk", "/bulk", { action: "CANCEL" }, "missing_field"],
    ["startBulk", "/bulk", { action: "NO", runIds: ["a"] }, "invalid_field_format"],
    ["startBulk", "/bulk", { action: "CANCEL", runIds: ["a"], filter: {} }, "validation_error"],
    ["getBulk", "/bulk/nope", undefined, "not_found"],
    ["stopBulk", "/bulk/nope/stop", undefined, "not_found"],
  ])("%s %s %o is %s", async (id, path, body, code) => {
    const { method, errors }: ApiRoute = API_ROUTES[id];
    const reply = await world.ask(method, path, body);
    expect(reply.json.errors[0]).toMatchObject({ code });
    expect(reply.status).toBe(API_ERRORS[code].status);
    expect([...errors, ...COMMON_ERRORS]).toContain(code);
    expect(complaintsAbout(id, reply)).toBeUndefined();
  });

  it.each([
    ["POST", "/envs"],
    ["PATCH", "/envs/x"],
    ["GET", "/env/webhooks"],
    ["GET", "/partner/accounts"],
    ["POST", "/insights/query"],
    ["GET", "/apps/a/functions/f/experiments/e"],
    ["GET", "/sessions/key/id/runs"],
    ["POST", "/sandboxes"],
    ["POST", `/runs/${NOBODY}/scores`],
  ])("%s %s names the feature that is missing", async (method, path) => {
    const { status, json } = await world.ask(method, path, method === "GET" ? undefined : {});
    expect([status, json.errors[0]?.code]).toEqual([501, "not_implemented"]);
    expect(json.errors[0]?.message).toMatch(/is not available: \w+/);
  });

  it("tells unknown routes, wrong methods and foreign pages in the same shape", async () => {
    const codeOf = async (...given: Parameters<ApiWorld["ask"]>): Promise<unknown> => {
      const { status, json } = await world.ask(...given);
      return [status, json.errors[0]?.code];
    };
    expect(await codeOf("GET", "/nothing")).toEqual([404, "not_found"]);
    expect(await codeOf("DELETE", "/runs")).toEqual([405, "method_not_allowed"]);
    const origin = { origin: "https://evil.example" };
    expect(await codeOf("POST", "/events", { name: "a" }, origin)).toEqual([403, "access_denied"]);
  });

  it("lets no foreign page change anything, whatever it calls itself", async () => {
    const pages = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: "http://localhost.evil.example" },
      { "sec-fetch-site": "cross-site" },
    ];
    for (const { method, path } of Object.values(API_ROUTES)) {
      if (method === "GET") continue;
      for (const page of pages) {
        const headers = { ...page, "content-type": "text/plain" };
        const { status, json } = await world.ask(method, path, {}, headers);
        expect([path, page, status]).toEqual([path, page, 403]);
        expect(json.errors[0]?.code).toBe("access_denied");
      }
    }
  });

  it("wants the signing key of a server in start mode", async () => {
    const guarded = await openApiWorld("cloud", ["signkey-test-0123456789abcdef"]);
    try {
      const ask = async (headers: Record<string, string>): Promise<unknown> => {
        const { status, json } = await guarded.ask("GET", "/status", undefined, headers);
        return [status, json.errors?.[0]?.code];
      };
      expect(await ask({})).toEqual([401, "authorization_header_missing"]);
      expect(await ask({ authorization: "Bearer no" })).toEqual([401, "invalid_signing_key"]);
      const key = { authorization: "Bearer signkey-test-0123456789abcdef" };
      expect(await ask(key)).toEqual([200, undefined]);
      for (const { method, path } of [...Object.values(API_ROUTES), OPEN_API]) {
        const named = path.replaceAll(/\{\w+\}/g, NOBODY);
        const { status } = await guarded.ask(method, named, method === "GET" ? undefined : {});
        expect([method, path, status]).toEqual([method, path, 401]);
      }
    } finally {
      await guarded.close();
    }
  });
});
