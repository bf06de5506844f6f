// The event API over a real socket: what is taken, what is refused and how the answer looks (server.md 1.2).
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { Engine, SendOptions } from "@everstep/engine";
import { EverstepError, LIMITS, type EventInput } from "@everstep/protocol";
import type { ServerOptions } from "../server-options.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

interface Sent {
  readonly inputs: readonly EventInput[];
  readonly options: SendOptions | undefined;
}

let running: TestServer | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function start(
  given: Partial<Pick<ServerOptions, "serverKind" | "eventKeys" | "signingKeys">> & {
    sendEvents?: Engine["sendEvents"];
  } = {},
): Promise<{ server: TestServer; sent: Sent[] }> {
  const sent: Sent[] = [];
  const take: Engine["sendEvents"] = (inputs, options) => {
    sent.push({ inputs, options });
    return Promise.resolve(inputs.map((_, index) => `ID${index}`));
  };
  const { sendEvents = take, ...options } = given;
  running = await startTestServer({ ...options, engine: { sendEvents } });
  return { server: running, sent };
}

const post = (body: RequestInit["body"], headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  ...(body !== undefined && { body }),
  headers: { "content-type": "application/json", ...headers },
});

describe("accepted events", () => {
  it("answers the internal ids in order once the engine has committed", async () => {
    let commit = (): void => undefined;
    const committed = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const { server } = await start({
      sendEvents: async (inputs) => {
        await committed;
        return inputs.map((input) => `id of ${input.name}`);
      },
    });
    let isAnswered = false;
    const answer = server
      .fetch("/e/any", post('[{"name":"a","data":{"n":1}},{"name":"b"}]'))
      .then((response) => {
        isAnswered = true;
        return response;
      });
    // Another request makes its whole way while the first one waits for its commit.
    expect((await server.fetch("/nowhere")).status).toBe(404);
    expect(isAnswered).toBe(false);
    commit();
    const response = await answer;
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("application/json");
    expect(response.headers.get("x-inngest-server-kind")).toBe("dev");
    expect(await response.json()).toEqual({ ids: ["id of a", "id of b"], status: 200 });
  });

  it("takes JSON whatever the content type says, as curl -d sends it", async () => {
    const { server, sent } = await start();
    const type = { "content-type": "application/x-www-form-urlencoded" };
    expect((await server.fetch("/e/any", post(' {"name":"a"}', type))).status).toBe(200);
    expect(sent[0]?.inputs).toEqual([{ name: "a", data: {} }]);
  });

  it("takes gzip", async () => {
    const { server, sent } = await start();
    const body = gzipSync('{"name":"zipped","data":{"n":1}}');
    const response = await server.fetch("/e/any", post(body, { "content-encoding": "gzip" }));
    expect(response.status).toBe(200);
    expect(sent[0]?.inputs[0]).toMatchObject({ name: "zipped", data: { n: 1 } });
  });

  it("passes the seed on, and ignores one that is malformed", async () => {
    const { server, sent } = await start();
    const seed = `1750000000000,${Buffer.from("0123456789").toString("base64")}`;
    await server.fetch("/e/any", post('{"name":"a"}', { "x-inngest-event-id-seed": seed }));
    await server.fetch("/e/any", post('{"name":"a"}', { "x-inngest-event-id-seed": "1,?" }));
    expect(sent[0]?.options?.seed?.atMs).toBe(1_750_000_000_000);
    expect(Buffer.from(sent[0]?.options?.seed?.entropy ?? []).toString()).toBe("0123456789");
    expect(sent[1]?.options?.seed).toBeUndefined();
  });
});

describe("refused events", () => {
  const tooLarge = JSON.stringify({ name: "a", data: { x: "y".repeat(LIMITS.eventBytesMax) } });
  const tooMany = JSON.stringify(
    Array.from({ length: LIMITS.eventsPerRequestMax + 1 }, () => ({ name: "a" })),
  );

  it.each([
    ["an empty body", "", 400, "empty"],
    ["an empty array", "[]", 400, "empty"],
    ["broken JSON", '{"name":"a"', 400, "position 11"],
    ["another JSON value", '"a"', 400, "event object"],
    ["one bad event among good ones", '[{"name":"a"},{"name":""}]', 400, "Event 1"],
    ["a reserved name", '{"name":"inngest/x"}', 400, "reserved"],
    ["an event that is too large", tooLarge, 413, "bytes"],
    ["too many events", tooMany, 413, "5001 events"],
  ])("answers %s whole, taking nothing", async (_what, body, status, words) => {
    const { server, sent } = await start();
    const response = await server.fetch("/e/any", post(body));
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      ids: [],
      status,
      error: expect.stringContaining(words) as string,
    });
    expect(sent).toEqual([]);
  });

  it("answers 413 to a body above the cap, plain or unpacked", async () => {
    const { server, sent } = await start();
    const huge = Buffer.alloc(LIMITS.requestBodyBytesMax + 1, 0x20);
    expect((await server.fetch("/e/any", post(huge))).status).toBe(413);
    const bomb = post(gzipSync(huge), { "content-encoding": "gzip" });
    const response = await server.fetch("/e/any", bomb);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ ids: [], code: "payload_too_large" });
    expect(sent).toEqual([]);
  });

  it("answers 415 to a form, an unknown encoding, and 400 to text that is not UTF-8", async () => {
    const { server } = await start();
    const form = post("name=a", { "content-type": "application/x-www-form-urlencoded" });
    expect((await server.fetch("/e/any", form)).status).toBe(415);
    const lzma = post('{"name":"a"}', { "content-encoding": "lzma" });
    expect((await server.fetch("/e/any", lzma)).status).toBe(415);
    const latin1 = post(Buffer.from('{"name":"\xe9"}', "latin1"));
    expect((await server.fetch("/e/any", latin1)).status).toBe(400);
    const unzippable = post("{}", { "content-encoding": "gzip" });
    expect((await server.fetch("/e/any", unzippable)).status).toBe(400);
  });

  it("passes on why the engine cannot take them, and hides what nobody foresaw", async () => {
    const failures: Error[] = [
      new EverstepError("store_unavailable", "The disk is full."),
      new Error("secret detail"),
    ];
    const { server } = await start({
      sendEvents: () => Promise.reject(failures.shift() ?? new Error("no more failures")),
    });
    const unavailable = await server.fetch("/e/any", post('{"name":"a"}'));
    expect(unavailable.status).toBe(503);
    expect(await unavailable.json()).toMatchObject({ ids: [], error: "The disk is full." });
    const broken = await server.fetch("/e/any", post('{"name":"a"}'));
    expect(broken.status).toBe(500);
    expect(await broken.text()).not.toContain("secret detail");
    expect(JSON.stringify(server.logged)).toContain("secret detail");
  });

  it("answers 405 with Allow to another method", async () => {
    const { server } = await start();
    const response = await server.fetch("/e/any", { method: "PUT", body: "{}" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  });
});

describe("event keys", () => {
  it("needs a key in the path", async () => {
    const { server } = await start();
    for (const path of ["/e", "/e/", "/e/%20"]) {
      const response = await server.fetch(path, post('{"name":"a"}'));
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({
        ids: [],
        error: expect.stringContaining("Event key is required") as string,
      });
    }
  });

  it("takes only configured keys in cloud mode", async () => {
    const { server, sent } = await start({ serverKind: "cloud", eventKeys: ["one", "two"] });
    expect((await server.fetch("/e/two", post('{"name":"a"}'))).status).toBe(200);
    const response = await server.fetch("/e/three", post('{"name":"a"}'));
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      ids: [],
      status: 401,
      error: expect.stringContaining("Event key not found") as string,
    });
    expect(sent).toHaveLength(1);
  });

  it("answers 503 in cloud mode without keys", async () => {
    const { server } = await start({ serverKind: "cloud" });
    const response = await server.fetch("/e/any", post('{"name":"a"}'));
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("--event-key");
  });
});
