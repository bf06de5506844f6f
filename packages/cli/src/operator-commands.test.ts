// send, runs and run against a recorded server: what they ask, what they print, how they fail. The same commands meet a
// real server in serve-command.test.ts.
import { describe, expect, it } from "vitest";
import { main } from "./main.ts";
import { createTestIo } from "./test-io.ts";

interface Asked {
  readonly url: string;
  readonly authorization: string | null;
  readonly body: Record<string, unknown>;
}

/** Runs a command against answers given in order. */
async function run(argv: readonly string[], answers: readonly unknown[]) {
  const asked: Asked[] = [];
  const io = createTestIo({
    isTerminal: true,
    fetch: async (url, init) => {
      const request = new Request(url, init);
      asked.push({
        url: request.url,
        authorization: request.headers.get("authorization"),
        body: (await request.json()) as Record<string, unknown>,
      });
      const answer = answers[asked.length - 1];
      if (answer instanceof Error) {
        throw answer;
      }
      return answer instanceof Response ? answer : Response.json(answer);
    },
  });
  const code = await main(argv, io);
  return { code, out: io.out(), err: io.err(), asked };
}

const NODE = {
  id: "01JZ8M9E5S3V7Q2X4B6N8R0RVN",
  status: "FAILED",
  eventName: "shop/order.placed",
  cronSchedule: null,
  queuedAt: "2026-03-01T08:00:00.000Z",
  startedAt: "2026-03-01T08:00:00.000Z",
  endedAt: "2026-03-01T08:00:04.250Z",
  function: { slug: "shop-order" },
};

function span(name: string, status: string, more: Record<string, unknown> = {}) {
  return {
    name,
    status,
    attempts: 1,
    queuedAt: NODE.queuedAt,
    startedAt: NODE.startedAt,
    endedAt: "2026-03-01T08:00:00.320Z",
    outputID: null,
    stepOp: "RUN",
    stepInfo: null,
    childrenSpans: [],
    ...more,
  };
}

describe("everstep send", () => {
  it("posts one event and prints its id", async () => {
    const { code, out, asked } = await run(
      [
        "send",
        "a/b",
        "--data",
        '{"n":1}',
        "--user",
        '{"u":1}',
        "--id",
        "x",
        "--ts",
        "2026-03-01T00:00:00Z",
      ],
      [{ ids: ["01EVENT"], status: 200 }],
    );
    expect(code).toBe(0);
    expect(out).toContain("Stored a/b as 01EVENT.");
    expect(asked).toEqual([
      {
        url: "http://127.0.0.1:8288/e/dev",
        authorization: null,
        body: { name: "a/b", data: { n: 1 }, user: { u: 1 }, id: "x", ts: 1_772_323_200_000 },
      },
    ]);
  });

  it("uses the keys and the server that it is given", async () => {
    const { out, asked } = await run(
      ["send", "a", "--url", "http://h:1", "--event-key", "k1", "--signing-key", "00ff", "--json"],
      [{ ids: ["01EVENT"] }],
    );
    expect(JSON.parse(out)).toEqual({ ids: ["01EVENT"] });
    expect(asked[0]).toMatchObject({ url: "http://h:1/e/k1", authorization: "Bearer 00ff" });
  });

  it.each([
    [
      new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } }),
      "cannot be reached (ECONNREFUSED)",
    ],
    [
      new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } }),
      "Start one with: everstep dev",
    ],
    [new DOMException("late", "TimeoutError"), "did not answer within 30 s"],
    [
      Response.json({ error: "Event key not found" }, { status: 401 }),
      "refused with status 401: Event key not found",
    ],
    [
      Response.json({ error: "no" }, { status: 401 }),
      "pass --signing-key (send: also --event-key)",
    ],
    [new Response("<html>", { status: 200 }), "Is it an Everstep server?"],
    [{ ids: [] }, "answered without an event id"],
  ])("%# a server that does not take it: exit code 1 and the way out", async (answer, message) => {
    const { code, out, err } = await run(["send", "a"], [answer]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(message);
  });
});

describe("everstep runs", () => {
  it("prints a table, newest first as the server says", async () => {
    const running = {
      ...NODE,
      id: "01OTHER",
      status: "RUNNING",
      endedAt: null,
      cronSchedule: "* * * * *",
    };
    const { code, out, asked } = await run(
      ["runs", "--status", "failed", "--status", "running", "--limit", "5"],
      [{ data: { runs: { edges: [{ node: running }, { node: NODE }] } } }],
    );
    expect(code).toBe(0);
    expect(asked[0]?.body["variables"]).toEqual({
      first: 5,
      filter: { from: "1970-01-01T00:00:00.000Z", status: ["FAILED", "RUNNING"] },
    });
    const lines = out.split("\n");
    expect(lines[0]).toMatch(/^RUN +STATUS +FUNCTION +STARTED BY +AT +TOOK$/u);
    expect(lines[1]).toMatch(/^01OTHER +running +shop-order +cron \* \* \* \* \* .* 1 h so far$/u);
    expect(lines[2]).toMatch(
      /^01JZ8M9E5S3V7Q2X4B6N8R0RVN +failed +shop-order +shop\/order\.placed .* 4\.2 s$/u,
    );
  });

  it("finds a function by its id in the app, and names the known ones otherwise", async () => {
    const functions = {
      data: { functions: [{ id: "uuid", slug: "shop-order", name: "Process" }] },
    };
    const found = await run(
      ["runs", "--function", "order"],
      [functions, { data: { runs: { edges: [] } } }],
    );
    expect(found.asked[1]?.body["variables"]).toMatchObject({ filter: { functionIDs: ["uuid"] } });
    expect(found.out).toContain("No runs match.");
    const lost = await run(["runs", "--function", "shop-ordr"], [functions]);
    expect(lost.code).toBe(1);
    expect(lost.err).toContain(
      'no function "shop-ordr". Did you mean shop-order? Known: shop-order',
    );
  });

  it("passes on what GraphQL complains of", async () => {
    const { code, err } = await run(
      ["runs"],
      [{ data: null, errors: [{ message: "bad \u001b filter" }] }],
    );
    expect(code).toBe(1);
    expect(err).toContain(String.raw`bad \u001b filter`);
  });
});

describe("everstep run", () => {
  const trace = span("Run", "FAILED", {
    childrenSpans: [
      span("wait", "COMPLETED", {
        stepInfo: { __typename: "WaitForEventStepInfo", eventName: "paid", timedOut: true },
      }),
      span("charge\u001b[2J", "FAILED", {
        attempts: 2,
        outputID: "out-step",
        endedAt: "2026-03-01T08:00:04.000Z",
        childrenSpans: [
          span("Attempt 0", "FAILED", { outputID: "out-1" }),
          span("Attempt 1", "FAILED", { outputID: "out-2" }),
        ],
      }),
      span("check-stock", "COMPLETED", {
        startedAt: "2026-03-01T07:59:59.900Z",
        endedAt: "2026-03-01T08:00:00.220Z",
      }),
    ],
  });
  const answer = { data: { run: { ...NODE, triggerIDs: ["01EVENT"], output: '{"a":1}', trace } } };
  const errorOf = (message: string): unknown => ({
    data: {
      runTraceSpanOutputByID: {
        error: { name: "NetworkTimeout", message, stack: `x\n    at charge (pay.ts:1)\n` },
      },
    },
  });

  it("prints the tree of steps with attempts, times and errors", async () => {
    const { code, out } = await run(
      ["run", "01JZ8M9E5S3V7Q2X4B6N8R0RVN"],
      [answer, errorOf("whole"), errorOf("no answer"), errorOf("still none")],
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^status +failed$/mu);
    expect(out).toMatch(/^took +4\.2 s$/mu);
    expect(out).toMatch(/^ {2}✓ check-stock +320 ms$/mu);
    expect(out).toMatch(/^ {2}✓ wait +320 ms {2}waits for paid, timed out$/mu);
    expect(out).toMatch(/^ {2}✗ charge\\u001b\[2J +4\.0 s {2}2 attempts$/mu);
    expect(out).toMatch(/^ {4}✗ Attempt 1 +320 ms$/mu);
    expect(out).toMatch(/^ +│ NetworkTimeout: no answer$/mu);
    expect(out).toMatch(/^ +│ at charge \(pay\.ts:1\)$/mu);
    expect(out.indexOf("check-stock")).toBeLessThan(out.indexOf("charge"));
  });

  it("prints why a run failed, or else what it returned", async () => {
    const root = { ...trace, outputID: "out-root", childrenSpans: [] };
    const failed = { data: { run: { ...answer.data.run, trace: root } } };
    expect(
      (await run(["run", "01JZ8M9E5S3V7Q2X4B6N8R0RVN"], [failed, errorOf("gave up")])).out,
    ).toContain("failed with\nNetworkTimeout: gave up\nat charge (pay.ts:1)\n");
    const completed = { data: { run: { ...answer.data.run, status: "COMPLETED", trace: null } } };
    expect((await run(["run", "01JZ8M9E5S3V7Q2X4B6N8R0RVN"], [completed])).out).toContain(
      'output\n{\n  "a": 1\n}',
    );
  });

  it("--json prints everything as one document", async () => {
    const errors = [errorOf("whole"), errorOf("no answer"), errorOf("still none")];
    const { out } = await run(["run", "01JZ8M9E5S3V7Q2X4B6N8R0RVN", "--json"], [answer, ...errors]);
    expect(JSON.parse(out)).toMatchObject({
      id: "01JZ8M9E5S3V7Q2X4B6N8R0RVN",
      status: "failed",
      eventIds: ["01EVENT"],
      errors: { "out-1": { message: "no answer" } },
      root: { children: [{ name: "wait" }, { name: "charge\u001b[2J" }, { name: "check-stock" }] },
    });
    expect(out).not.toContain("\u001b");
  });

  it("an unknown run is an error that says how to list them", async () => {
    const { code, err } = await run(
      ["run", "01JZ8M9E5S3V7Q2X4B6N8RN0NE"],
      [{ data: { run: null } }],
    );
    expect(code).toBe(1);
    expect(err).toContain("has no run 01JZ8M9E5S3V7Q2X4B6N8RN0NE. List runs with: everstep runs");
  });
});

describe("what cannot be an id", () => {
  it.each([
    ["run", '"123" is not the id of a run'],
    ["why", '"123" is not the id of a run or an event'],
  ])(
    "is refused by %s before anybody is asked, with where ids are listed",
    async (command, words) => {
      const { code, err, asked } = await run([command, "123"], []);
      expect({ code, asked }).toEqual({ code: 2, asked: [] });
      expect(err).toContain(words);
      expect(err).toContain("List runs with: everstep runs");
    },
  );
});
