// What REST v2 does with requests that nobody well-meaning sends: names of prototypes, deep and large values, broken paths, other
// methods. Each is answered in the usual shape, and nothing that was sent is dropped without a word.
import { request } from "node:http";
import type { ApiAnswer } from "@everstep/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApiWorld, type ApiWorld } from "./api-world.ts";

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Sends exactly this, which `fetch` would tidy. */
function raw(
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<RawReply> {
  const { hostname, port } = new URL(world.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on("data", (chunk: Buffer) => chunks.push(chunk));
      reply.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const JSON_HEADERS = { "content-type": "application/json" };

function codeOf({ text }: RawReply): unknown {
  return (JSON.parse(text) as { errors?: { code: string }[] }).errors?.[0]?.code;
}

describe("names of prototypes", () => {
  it.each(["__proto__=a", "__proto__=a&__proto__=b", "constructor=a", "toString=a&toString=b"])(
    "are no parameters: %s",
    async (query) => {
      const reply = await raw("GET", `/v2/runs?${query}`);
      expect([reply.status, codeOf(reply)]).toEqual([400, "invalid_field_format"]);
      expect(reply.text).toContain(query.split("=")[0]);
    },
  );

  it("are kept in an event's data, and refused beside it", async () => {
    const data = `{"__proto__":{"a":1},"constructor":{"b":2},"ok":true}`;
    const body = `{"name":"shop/odd","data":${data}}`;
    const sent = await raw("POST", "/v2/events", body, JSON_HEADERS);
    expect(sent.status).toBe(200);
    const { eventId } = (JSON.parse(sent.text) as { data: { eventId: string } }).data;
    const read = await raw("GET", `/v2/events/${eventId}`);
    expect(read.text).toContain(`"__proto__":{"a":1}`);
    const beside = `{"name":"shop/odd","__proto__":{"data":1}}`;
    const refused = await raw("POST", "/v2/events", beside, JSON_HEADERS);
    expect([refused.status, codeOf(refused)]).toEqual([400, "invalid_field_format"]);
  });
});

describe("deep values", () => {
  it.each([200, 20_000, 200_000])(
    "%d deep are taken or refused, never a failure",
    async (depth) => {
      const deep = `${"[".repeat(depth)}${"]".repeat(depth)}`;
      for (const [path, body] of [
        ["/v2/events", `{"name":"shop/deep","data":{"deep":${deep}}}`],
        ["/v2/functions/shop-tick/invoke", `{"data":{"deep":${deep}}}`],
        ["/v2/bulk", `{"action":"RERUN","runIds":["x"],"fromStep":{"stepId":"a","input":${deep}}}`],
        ["/v2/functions/shop-order/limits", `{"concurrency":${deep}}`],
      ] as const) {
        const method = path.endsWith("limits") ? "PATCH" : "POST";
        const reply = await raw(method, path, body, JSON_HEADERS);
        expect([path, reply.status, reply.text.slice(0, 200)]).toEqual([
          path,
          expect.toSatisfy((status: number) => status < 500),
          expect.any(String),
        ]);
      }
    },
  );
});

describe("paths", () => {
  it.each([
    "/v2/runs/%00",
    "/v2/runs/%E0%A4%A",
    "/v2/apps/..%2f..%2fetc%2fpasswd",
    "/v2/functions/__proto__",
    "/v2/functions/constructor/limits",
    "/v2/bulk/__proto__",
    "/v2/runs/01JABCDEFGHJKMNPQRSTVWXYZ0/spans/__proto__",
    `/v2/functions/${"a".repeat(8_000)}`,
    "/v2//runs",
    "/v2/runs//",
    "/v2",
    "/v2/",
    "/api/v2/nothing",
  ])("%s is not found, in the usual shape", async (path) => {
    const reply = await raw("GET", path);
    expect([400, 404]).toContain(reply.status);
    expect(["not_found", "invalid_field_format", "invalid_request"]).toContain(codeOf(reply));
    expect(reply.text.length).toBeLessThan(2_000);
  });

  it.each(["[", "a b", "evil.example", "localhost:99999999", "127.0.0.1.evil.example"])(
    "of the host %j are refused",
    async (host) => {
      const reply = await raw("GET", "/v2/status", undefined, { host });
      expect([400, 403]).toContain(reply.status);
    },
  );
});

describe("methods", () => {
  it("HEAD is GET without the body", async () => {
    const [head, get] = [await raw("HEAD", "/v2/status"), await raw("GET", "/v2/status")];
    expect([head.status, head.text]).toEqual([200, ""]);
    expect(head.headers["content-type"]).toBe(get.headers["content-type"]);
    const missing = await raw("HEAD", "/v2/nothing");
    expect([missing.status, missing.text]).toEqual([404, ""]);
    const stream = await raw("HEAD", "/v2/stream");
    expect([stream.status, stream.text]).toEqual([200, ""]);
    expect(stream.headers["content-type"]).toContain("text/event-stream");
  });

  it("that a path does not take are told with those that it takes", async () => {
    const reply = await raw("PUT", "/v2/apps", "{}", JSON_HEADERS);
    expect([reply.status, reply.headers["allow"]]).toEqual([405, "GET, HEAD, POST"]);
  });

  it.each(["text/html", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])(
    "take no body of type %s",
    async (type) => {
      const reply = await raw("POST", "/v2/events", "name=a", { "content-type": type });
      expect([reply.status, codeOf(reply)]).toEqual([415, "unsupported_media_type"]);
    },
  );
});

describe("large lists", () => {
  it("end early, and their cursors lead through all of it", async () => {
    const count = 20;
    const big = "x".repeat(1_000_000);
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const body = JSON.stringify({ name: "big/event", data: { big } });
      const { text } = await raw("POST", "/v2/events", body, JSON_HEADERS);
      ids.push((JSON.parse(text) as { data: { eventId: string } }).data.eventId);
    }
    const seen: string[] = [];
    const sizes: number[] = [];
    let cursor: string | undefined = "";
    while (cursor !== undefined) {
      const after: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const { text } = await raw("GET", `/v2/events?name=big/event&limit=100${after}`);
      const answer = JSON.parse(text) as ApiAnswer<"listEvents">;
      sizes.push(text.length);
      seen.push(...answer.data.map(({ internalId }) => internalId));
      cursor = answer.page.cursor;
      expect(answer.page.hasMore).toBe(cursor !== undefined);
    }
    expect(seen).toEqual(ids.toReversed());
    expect(sizes).toHaveLength(2);
    expect(Math.max(...sizes)).toBeLessThan(17 * 1024 * 1024);
  });
});

describe("cursors and times", () => {
  it.each([
    ["cursor", Buffer.from('[1e999,"a"]').toString("base64url")],
    ["cursor", Buffer.from('[-1.5,"\' OR 1=1 --"]').toString("base64url")],
    ["cursor", Buffer.from('{"0":1,"1":"a"}').toString("base64url")],
    ["cursor", "%ff%fe"],
    ["from", "99999999999999"],
    ["until", "-000001-01-01T00:00:00Z"],
    ["from", "2026-02-31T00:00:00Z"],
  ])("tampered with are answered: %s=%s", async (name, value) => {
    for (const path of ["/v2/runs", "/v2/events", "/v2/failures", "/v2/functions"]) {
      const { status } = await raw("GET", `${path}?${name}=${value}`);
      expect([path, status]).toEqual([path, expect.toSatisfy((code: number) => code < 500)]);
    }
  });
});
