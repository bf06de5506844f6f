// `everstep run ID --logs`: every page is read, and what an app wrote moves no cursor.
import { describe, expect, it } from "vitest";
import type { ApiClient } from "./api-client.ts";
import { main } from "./main.ts";
import { readRunLogs, runLogsText } from "./run-logs.ts";
import { createTestIo } from "./test-io.ts";

const LINE = { at: "2026-03-01T08:00:00.007Z", level: "WARN", message: "paid", attempt: 0 };

function clientOf(count: number): { client: ApiClient; asked: string[] } {
  const asked: string[] = [];
  const refuse = (): never => {
    throw new Error("not asked for");
  };
  const find = async (path: string): Promise<unknown> => {
    asked.push(path);
    const from = Number(/cursor=(\d+)/.exec(path)?.[1] ?? -1) + 1;
    const rows = Array.from(
      { length: Math.min(1_000, count - from) },
      (_row, index) => from + index,
    );
    return rows.map((position) => ({ ...LINE, position }));
  };
  return { client: { find, post: refuse, change: refuse, query: refuse }, asked };
}

describe("readRunLogs", () => {
  it("reads page after page to the end", async () => {
    const { client, asked } = clientOf(2_300);
    const lines = await readRunLogs(client, "01JZ8M9E5S3V7Q2X4B6N8R0RVN");
    expect(lines.map(({ position }) => position)).toEqual(
      Array.from({ length: 2_300 }, (_, n) => n),
    );
    expect(asked.at(-1)).toBe("/v2/runs/01JZ8M9E5S3V7Q2X4B6N8R0RVN/logs?limit=1000&cursor=1999");
    expect(asked).toHaveLength(3);
  });

  it("ends with a full last page, and at a server that knows no logs", async () => {
    const { client, asked } = clientOf(1_000);
    expect(await readRunLogs(client, "01JZ8M9E5S3V7Q2X4B6N8R0RVN")).toHaveLength(1_000);
    expect(asked).toHaveLength(2);
    const none: ApiClient = { ...client, find: async () => undefined };
    expect(await readRunLogs(none, "01JZ8M9E5S3V7Q2X4B6N8R0RVN")).toEqual([]);
  });
});

describe("lines of steps", () => {
  const lines = [
    { ...LINE, position: 0 },
    { ...LINE, position: 1, stepId: "aa" },
    { ...LINE, position: 2, stepId: "bb" },
    { ...LINE, position: 3, stepId: "gone" },
  ];
  const attempt = { kind: "ATTEMPT", stepId: "aa", name: "Attempt 0", children: [] };
  const outer = {
    kind: "STEP",
    stepId: "aa",
    name: "charge",
    children: [attempt, { kind: "STEP", stepId: "bb", name: "charge > \u001b[2Jcall" }],
  };
  const rootSpan = { kind: "RUN", name: "fn", children: [outer] };
  const clientWith = (trace: unknown): ApiClient => ({
    ...clientOf(0).client,
    find: async (path) => (path.endsWith("/trace") ? trace : lines),
  });

  it("name their step", async () => {
    const found = await readRunLogs(clientWith({ rootSpan }), "id");
    expect(found.map(({ step }) => step)).toEqual([
      undefined,
      "charge",
      "charge > \u001b[2Jcall",
      undefined,
    ]);
    const text = runLogsText(found);
    expect(text).toMatch(/ warn {3}paid\n.* warn {3}\[charge\] {2}paid\n/);
    expect(text).toContain("[charge > \\u001b[2Jcall]");
  });

  it("are there without a trace too", async () => {
    expect(await readRunLogs(clientWith(undefined), "id")).toEqual(lines);
  });
});

describe("runLogsText", () => {
  it("is a line each, with fields and later attempts, and harmless", () => {
    const text = runLogsText([
      LINE,
      { ...LINE, level: "INFO", message: "a\u001b[2Jb\nc", fields: { n: 1 }, attempt: 2 },
    ]);
    expect(text).toMatch(/^ {2}2026-\d\d-\d\d \d\d:\d\d:00\.007 {2}warn {3}paid$/mu);
    expect(text).toMatch(/ {2}info {3}a\\u001b\[2Jb\\u000ac {2}\{"n":1\} {2}\(attempt 3\)$/mu);
  });

  it("says that there is nothing", () => {
    expect(runLogsText([])).toContain("nothing was logged");
  });
});

it("everstep run --logs prints them behind the run", async () => {
  const run = {
    id: "01JZ8M9E5S3V7Q2X4B6N8R0RVN",
    status: "COMPLETED",
    queuedAt: LINE.at,
    function: { slug: "shop" },
  };
  const io = createTestIo({
    isTerminal: true,
    fetch: async (url, init) =>
      new Request(url, init).method === "GET"
        ? Response.json({ data: [{ ...LINE, position: 0 }] })
        : Response.json({ data: { run: { ...run, triggerIDs: [], output: "1", trace: null } } }),
  });
  expect(await main(["run", "01JZ8M9E5S3V7Q2X4B6N8R0RVN", "--logs"], io)).toBe(0);
  expect(io.out()).toMatch(/\nlogs\n {2}2026-.* warn {3}paid\n$/);
});
