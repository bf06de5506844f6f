// What REST v2 tells of real work: pages that join, searches, statistics, failures in groups, bulk actions and the live stream.
import type { ApiAnswer, BulkJob, StreamMessage } from "@everstep/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApiWorld, type ApiWorld } from "./api-world.ts";

let world: ApiWorld;

beforeAll(async () => {
  world = await openApiWorld();
  for (let total = 0; total < 5; total += 1) await send("order", { total, user: `u${total % 2}` });
  await send("fail", { card: 1 });
  await send("fail", { card: 2 });
  await world.ended(7);
});
afterAll(() => world.close());

async function send(name: string, data: Record<string, unknown>): Promise<void> {
  await world.ask("POST", "/events", { name: `shop/${name}`, data });
}

async function get<Answer>(path: string): Promise<Answer> {
  const { status, text, json } = await world.ask("GET", path);
  if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${text}`);
  return json as never;
}

describe("events without their data", () => {
  it("tell how it begins, never with half a character", async () => {
    await send("long", { text: "x".repeat(190) + "😀" });
    const { data } = await get<ApiAnswer<"listEvents">>("/events?name=shop/long&includeData=false");
    expect(data[0]).not.toHaveProperty("data");
    // The next one would be the first half of the face.
    expect(data[0]?.dataPreview).toBe(`{"text":"${"x".repeat(190)}`);
    const whole = await get<ApiAnswer<"listEvents">>("/events?name=shop/long");
    expect(whole.data[0]).not.toHaveProperty("dataPreview");
  });
});

describe("logs of a run", () => {
  const logsOf = async (filter: string): Promise<ApiAnswer<"listRunLogs">> => {
    const runs = await get<ApiAnswer<"listRuns">>("/runs?functionId=shop-order&limit=1");
    return get(`/runs/${runs.data[0]?.id}/logs${filter}`);
  };
  const texts = async (filter: string): Promise<string[]> =>
    (await logsOf(filter)).data.map(({ message }) => message);

  it("are listed oldest first, with their step and their attempt", async () => {
    const { data } = await logsOf("");
    expect(data).toMatchObject([
      { position: 0, level: "DEBUG", message: "asking", attempt: 0 },
      {
        position: 1,
        level: "INFO",
        message: "charging <b>",
        stepId: "3f0d9d4bdba2cf1d9d0ec8d7cdd8d1a8f5b5a2f6",
        fields: { cents: 1e21, id: "7" },
      },
      { position: 2, level: "WARN", message: "paid" },
    ]);
    expect(data[0]).not.toHaveProperty("stepId");
    expect(Math.abs(Date.parse(data[0]?.at ?? "") - Date.now())).toBeLessThan(60_000);
  });

  it("are filtered by level and step, and paged from the last line on", async () => {
    expect(await texts("?level=WARN&level=DEBUG")).toEqual(["asking", "paid"]);
    expect(await texts("?stepId=3f0d9d4bdba2cf1d9d0ec8d7cdd8d1a8f5b5a2f6")).toHaveLength(1);
    expect(await texts("?stepId=charge")).toEqual([]);
    const first = await logsOf("?limit=2");
    expect(first.page).toMatchObject({ hasMore: true, cursor: "1" });
    const last = await logsOf(`?limit=2&cursor=${first.page.cursor}`);
    expect(last.data.map(({ position }) => position)).toEqual([2]);
    expect(last.page).toMatchObject({ hasMore: false, cursor: "2" });
    const none = await logsOf(`?cursor=${last.page.cursor}`);
    expect([none.data, none.page.cursor]).toEqual([[], "2"]);
  });

  it("are counted on the run, and none is no member", async () => {
    const runs = await get<ApiAnswer<"listRuns">>("/runs");
    const details = await Promise.all(
      runs.data.map(({ id }) => get<ApiAnswer<"getRun">>(`/runs/${id}`)),
    );
    const ofOrder = details.filter(({ data }) => data.function.slug === "shop-order");
    const others = details.filter(({ data }) => data.function.slug !== "shop-order");
    for (const { data } of ofOrder) expect(data.logs).toEqual({ kept: 3, dropped: 0 });
    for (const { data } of others) expect(data).not.toHaveProperty("logs");
    expect([ofOrder.length, others.length]).toEqual([5, 2]);
  });

  it("refuse a cursor of another list and an unknown level", async () => {
    for (const filter of ["?cursor=abc", "?cursor=-1", "?level=LOUD", "?limit=1001"]) {
      const { json } = await world.ask("GET", "/runs?functionId=shop-order&limit=1");
      const [run] = json.data as { id: string }[];
      const { status } = await world.ask("GET", `/runs/${run?.id}/logs${filter}`);
      expect([filter, status]).toEqual([filter, 400]);
    }
  });
});

const query = (text: string): string => `query=${encodeURIComponent(text)}`;

describe("runs", () => {
  it.each(["QUEUED_AT", "STARTED_AT", "ENDED_AT"])(
    "come in pages that join without gap or repeat, by %s",
    async (field) => {
      const seen: string[] = [];
      let cursor: string | undefined = "";
      while (cursor !== undefined) {
        const after: string = cursor === "" ? "" : `&cursor=${cursor}`;
        const answer: ApiAnswer<"listRuns"> = await get(`/runs?limit=2&timeField=${field}${after}`);
        expect(answer.data.length).toBeLessThanOrEqual(2);
        seen.push(...answer.data.map(({ id }) => id));
        expect(answer.page.hasMore).toBe(answer.page.cursor !== undefined);
        cursor = answer.page.cursor;
      }
      expect(seen).toHaveLength(7);
      expect(new Set(seen).size).toBe(7);
    },
  );

  it("are filtered by status, function, event and time, and counted by the same filter", async () => {
    const filters: readonly [string, number][] = [
      ["status=FAILED", 2],
      ["status=FAILED&status=COMPLETED", 7],
      ["functionId=shop-order", 5],
      ["appId=shop&status=COMPLETED", 5],
      ["eventName=shop/fail", 2],
      ["eventName=shop/never", 0],
      [`until=${Date.now() - 3_600_000}`, 0],
      [`from=${new Date(Date.now() - 3_600_000).toISOString()}`, 7],
    ];
    for (const [filter, count] of filters) {
      const listed = await get<ApiAnswer<"listRuns">>(`/runs?${filter}`);
      const counted = await get<ApiAnswer<"countRuns">>(`/runs/count?${filter}`);
      expect([filter, listed.data.length]).toEqual([filter, count]);
      expect([filter, counted.data.total]).toEqual([filter, count]);
    }
    const all = await get<ApiAnswer<"countRuns">>("/runs/count");
    expect(all.data.byStatus).toMatchObject({ COMPLETED: 5, FAILED: 2, RUNNING: 0 });
  });

  it("are searched by what their event, output and error hold", async () => {
    const found = async (text: string): Promise<number> => {
      const counted = await get<ApiAnswer<"countRuns">>(`/runs/count?${query(text)}`);
      const listed = await get<ApiAnswer<"listRuns">>(`/runs?${query(text)}`);
      expect(listed.data).toHaveLength(counted.data.total);
      return counted.data.total;
    };
    expect(await found("event.data.user == 'u1'")).toBe(2);
    expect(await found("event.data.total > 2")).toBe(2);
    expect(await found("output.ok == true")).toBe(5);
    expect(await found("error.name == 'CardError'")).toBe(2);
  });

  it("show what a step returned, digit by digit", async () => {
    const { data } = await get<ApiAnswer<"listRuns">>("/runs?functionId=shop-order&limit=1");
    const id = data[0]?.id ?? "";
    const trace = await get<ApiAnswer<"getRunTrace">>(`/runs/${id}/trace`);
    const [step] = trace.data.rootSpan.children;
    expect(step).toMatchObject({ kind: "STEP", name: "charge", status: "COMPLETED" });
    const span = await get<ApiAnswer<"getRunSpan">>(`/runs/${id}/spans/${step?.id}`);
    expect(span.data.output).toEqual({ paid: 1 });
    const missing = await world.ask("GET", `/runs/${id}/spans/step:none`);
    expect(missing.status).toBe(404);
  });
});

describe("functions", () => {
  it("have statistics of the runs that ended", async () => {
    const { data } = await get<ApiAnswer<"listFunctions">>("/functions");
    const of = (slug: string): unknown => data.find((each) => each.slug === slug)?.stats;
    expect(of("shop-order")).toMatchObject({ ended: 5, completed: 5, successRate: 1, active: 0 });
    expect(of("shop-fail")).toMatchObject({
      failed: 2,
      successRate: 0,
      lastFailure: { error: { name: "CardError" } },
    });
    expect(of("shop-tick")).toMatchObject({ ended: 0, buckets: expect.any(Array) as unknown });
    const metrics = await get<ApiAnswer<"getFunctionMetrics">>("/functions/shop-order/metrics");
    const sum = (pick: (bucket: { queued: number; completed: number }) => number): number =>
      metrics.data.buckets.reduce((total, bucket) => total + pick(bucket), 0);
    expect(sum(({ queued }) => queued)).toBe(5);
    expect(sum(({ completed }) => completed)).toBe(5);
  });

  it("say why an invocation started nothing", async () => {
    const first = await world.ask("POST", "/functions/shop-limited/invoke", {});
    expect(first.status).toBe(200);
    const second = await world.ask("POST", "/functions/shop-limited/invoke", {});
    expect(second.status).toBe(422);
    expect(second.json.errors).toMatchObject([{ code: "rate_limited" }]);
  });
});

describe("failures", () => {
  it("are one group for the same error with other values", async () => {
    const { data } = await get<ApiAnswer<"listFailures">>("/failures");
    expect(data.groups).toHaveLength(1);
    expect(data.groups[0]).toMatchObject({
      count: 2,
      function: { slug: "shop-fail" },
      error: { name: "CardError" },
    });
    expect(data.groups[0]?.trend.reduce((sum, each) => sum + each, 0)).toBe(2);
  });
});

async function finished(id: string): Promise<BulkJob> {
  for (;;) {
    const { data } = await get<ApiAnswer<"getBulk">>(`/bulk/${id}`);
    if (data.status !== "RUNNING") return data;
  }
}

async function startBulk(body: unknown): Promise<BulkJob> {
  const { status, json } = await world.ask("POST", "/bulk", body);
  expect(status).toBe(202);
  return finished((json.data as BulkJob).id);
}

describe("bulk actions", () => {
  it("cancel what a filter names, and nothing that has ended", async () => {
    await send("wait", {});
    const waiting = await get<ApiAnswer<"listRuns">>("/runs?functionId=shop-wait");
    expect(waiting.data).toHaveLength(1);
    const job = await startBulk({ action: "CANCEL", filter: { appId: ["shop"] } });
    expect(job).toMatchObject({ status: "COMPLETED", total: 1, succeeded: 1, failed: 0 });
    const after = await get<ApiAnswer<"getRun">>(`/runs/${waiting.data[0]?.id}`);
    expect(after.data.status).toBe("CANCELLED");
    const again = await startBulk({ action: "CANCEL", runIds: [waiting.data[0]?.id] });
    expect(again).toMatchObject({ status: "COMPLETED", skipped: 1, succeeded: 0 });
  });

  it("rerun every run of a group of failures, and not the reruns", async () => {
    const failures = await get<ApiAnswer<"listFailures">>("/failures");
    const failureFingerprint = failures.data.groups[0]?.fingerprint;
    const job = await startBulk({ action: "RERUN", failureFingerprint });
    expect(job).toMatchObject({ status: "COMPLETED", total: 2, succeeded: 2 });
    const rerun = await get<ApiAnswer<"getRun">>(`/runs/${job.newRunIds[0]}`);
    expect(rerun.data.originalRunId).toBeDefined();
  });
});

interface Listener {
  /** Takes messages until one fits. */
  until(fits: (message: StreamMessage) => boolean): Promise<StreamMessage>;
  ended(): Promise<void>;
  close(): Promise<void>;
}

async function listen(url: string): Promise<Listener> {
  const response = await fetch(`${url}/v2/stream`);
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  const messages: StreamMessage[] = [];
  let text = "";
  const read = async (): Promise<boolean> => {
    const { value, done } = await reader.read();
    text += decoder.decode(value, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data === undefined) continue;
      const message = JSON.parse(data) as StreamMessage;
      expect(block).toContain(`event: ${message.type}\n`);
      messages.push(message);
    }
    return !done;
  };
  return {
    async until(fits) {
      for (;;) {
        const message = messages.shift();
        if (message !== undefined && fits(message)) return message;
        if (message === undefined && !(await read())) throw new Error("the stream ended");
      }
    },
    async ended() {
      while (await read());
    },
    close: () => reader.cancel(),
  };
}

describe("the live stream", () => {
  it("greets, then tells of events, runs and controls that changed", async () => {
    const stream = await listen(world.url);
    await stream.until(({ type }) => type === "hello");
    await send("order", { total: 1 });
    await stream.until(
      (message) =>
        message.type === "events" && message.events.some(({ name }) => name === "shop/order"),
    );
    await stream.until(
      (message) =>
        message.type === "runs" && message.runs.some(({ status }) => status === "COMPLETED"),
    );
    await world.ask("POST", "/functions/shop-order/pause");
    const told = await stream.until(({ type }) => type === "functions");
    expect(told).toMatchObject({ functionIds: [expect.any(String) as string] });
    await stream.close();
  });

  it("ends when the server closes, at once", async () => {
    const other = await openApiWorld();
    const stream = await listen(other.url);
    await stream.until(({ type }) => type === "hello");
    await other.close();
    await expect(stream.ended()).resolves.toBeUndefined();
  });
});
