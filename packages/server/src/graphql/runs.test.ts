// Lists of runs: pages, order, filters, search and count.
import type { RunHead } from "@everstep/core";
import { beforeEach, describe, expect, it } from "vitest";
import {
  appRecord,
  at,
  createFixture,
  eventRecord,
  type Fixture,
  functionRecord,
  runHead,
  START_MS,
} from "./testing/graphql-fixture.ts";

const RUNS = `query ($first: Int, $after: String, $orderBy: [RunsV2OrderBy!], $filter: RunsFilterV2!) {
  runs(first: $first, after: $after, orderBy: $orderBy, filter: $filter) {
    edges { node { id } cursor }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount } }`;

interface RunsJson {
  readonly edges: readonly { readonly node: { readonly id: string }; readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
}

let fixture: Fixture;

beforeEach(() => {
  fixture = createFixture();
});

async function readRuns(variables: {
  first?: number;
  after?: string | null;
  orderBy?: unknown;
  filter?: Record<string, unknown>;
}): Promise<RunsJson> {
  const filter = { from: at(0), ...variables.filter };
  const answer = await fixture.data<{ runs: RunsJson }>(RUNS, { ...variables, filter });
  return answer.runs;
}

async function readIds(filter: Record<string, unknown>, orderBy?: unknown): Promise<string[]> {
  const { edges } = await readRuns({ filter, orderBy });
  return edges.map(({ node }) => node.id);
}

function addRuns(
  count: number,
  patch: (index: number) => Partial<RunHead> = () => ({}),
): RunHead[] {
  const [order] = fixture.functions;
  if (order === undefined) throw new Error("the fixture has no function");
  return Array.from({ length: count }, (_, index) => {
    const event = eventRecord({}, index * 10);
    const run = { ...runHead(order, event, index * 10), ...patch(index) };
    fixture.history.commit({ type: "event_added", event }, { type: "run_added", run });
    return run;
  });
}

const byTime = (field: string, direction: string): unknown => [{ field, direction }];

describe("pages of runs", () => {
  it("follow each other without gaps or repeats, newest first, to the last", async () => {
    // Two runs of the same instant lie on the border of two pages.
    const runs = addRuns(7, (index) => (index === 4 ? { createdAtMs: START_MS + 30 } : {}));
    const seen: string[] = [];
    let after: string | null = null;
    const pages: RunsJson["pageInfo"][] = [];
    do {
      const page = await readRuns({ first: 3, after });
      seen.push(...page.edges.map(({ node }) => node.id));
      pages.push(page.pageInfo);
      expect(page.pageInfo.startCursor).toBe(page.edges[0]?.cursor);
      expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor);
      expect(page.totalCount).toBe(7);
      after = page.pageInfo.endCursor;
    } while (pages.at(-1)?.hasNextPage === true);
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((index) => runs[index]?.id));
    expect(pages.map((page) => page.hasNextPage)).toEqual([true, true, false]);
    expect(pages.map((page) => page.hasPreviousPage)).toEqual([false, true, true]);
  });

  it("end exactly when the last run fills the page", async () => {
    addRuns(3);
    expect((await readRuns({ first: 3 })).pageInfo.hasNextPage).toBe(false);
    expect((await readRuns({ first: 2 })).pageInfo.hasNextPage).toBe(true);
  });

  it("hold 40 runs unless told, and 400 at most", async () => {
    addRuns(401);
    expect((await readRuns({})).edges).toHaveLength(40);
    const most = await readRuns({ first: 5_000 });
    expect(most.edges).toHaveLength(400);
    expect(most.pageInfo.hasNextPage).toBe(true);
  });

  it("are empty without runs", async () => {
    const { edges, pageInfo, totalCount } = await readRuns({});
    expect(edges).toEqual([]);
    expect(pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: null,
    });
    expect(totalCount).toBe(0);
  });

  it("have cursors of base64 JSON with the id and the sort field", async () => {
    const [run] = addRuns(1);
    const { edges } = await readRuns({ orderBy: byTime("STARTED_AT", "ASC") });
    expect(JSON.parse(Buffer.from(edges[0]?.cursor ?? "", "base64").toString())).toEqual({
      id: run?.id,
      c: { started_at: { f: "started_at", v: START_MS + 2 } },
    });
  });

  it.each([
    ["nonsense", "no cursor of this query"],
    [Buffer.from(`{"id":"x","c":{}}`).toString("base64"), "no cursor of this query"],
  ])("refuse the cursor %s", async (after, message) => {
    const { body } = await fixture.ask(RUNS, { after, filter: { from: at(0) } });
    expect(body.errors?.[0]?.message).toContain(message);
  });

  it("refuse a cursor of another order, and a size below 1", async () => {
    addRuns(2);
    const { edges } = await readRuns({ first: 1 });
    const other = await fixture.ask(RUNS, {
      after: edges[0]?.cursor,
      orderBy: byTime("ENDED_AT", "ASC"),
      filter: { from: at(0), timeField: "ENDED_AT" },
    });
    expect(other.body.errors?.[0]?.message).toContain("with the same order");
    const none = await fixture.ask(RUNS, { first: 0, filter: { from: at(0) } });
    expect(none.body.errors?.[0]?.message).toBe("first is 0: it must be from 1 to 400");
  });

  it("count the total only when it is selected", async () => {
    addRuns(1);
    fixture.history.reads.length = 0;
    await fixture.data(
      `query ($from: Time!) { runs(filter: { from: $from }) { edges { cursor } } }`,
      {
        from: at(0),
      },
    );
    expect(fixture.history.reads).toEqual(["listRuns"]);
    fixture.history.reads.length = 0;
    await fixture.data(`query ($from: Time!) { runs(filter: { from: $from }) { totalCount } }`, {
      from: at(0),
    });
    expect(fixture.history.reads).toEqual(["countRuns"]);
  });
});

describe("the order of runs", () => {
  it("follows each time field in both directions", async () => {
    const times = [30, 10, 20];
    const runs = addRuns(3, (index) => ({
      startedAtMs: START_MS + 100 + (times[index] ?? 0),
      endedAtMs: START_MS + 200 - (times[index] ?? 0),
      status: "completed",
    }));
    const pick = (...indexes: number[]): (string | undefined)[] =>
      indexes.map((index) => runs[index]?.id);
    const read = (field: string, direction: string): Promise<string[]> =>
      readIds({ timeField: field }, byTime(field, direction));
    expect(await read("QUEUED_AT", "ASC")).toEqual(pick(0, 1, 2));
    expect(await read("STARTED_AT", "ASC")).toEqual(pick(1, 2, 0));
    expect(await read("STARTED_AT", "DESC")).toEqual(pick(0, 2, 1));
    expect(await read("ENDED_AT", "ASC")).toEqual(pick(0, 2, 1));
    expect(await read("ENDED_AT", "DESC")).toEqual(pick(1, 2, 0));
  });

  it("may follow another field than the bounds", async () => {
    const runs = addRuns(4, (index) =>
      index === 3 ? {} : { endedAtMs: START_MS + 900 - index, status: "completed" },
    );
    const filter = { from: at(10), until: at(30), timeField: "QUEUED_AT" };
    const { edges, totalCount } = await readRuns({
      filter,
      orderBy: byTime("ENDED_AT", "ASC"),
    });
    expect(edges.map(({ node }) => node.id)).toEqual([runs[2]?.id, runs[1]?.id]);
    expect(totalCount).toBe(2);
  });

  it("takes one field only", async () => {
    const two = [...(byTime("QUEUED_AT", "ASC") as []), ...(byTime("ENDED_AT", "ASC") as [])];
    const { body } = await fixture.ask(RUNS, { orderBy: two, filter: { from: at(0) } });
    expect(body.errors?.[0]?.message).toContain("orderBy takes one field");
  });
});

describe("filters of runs", () => {
  it("bound the time: from inclusive, until exclusive, finer fractions to their own side", async () => {
    const runs = addRuns(4);
    const ids = (...indexes: number[]): (string | undefined)[] =>
      indexes.map((index) => runs[index]?.id);
    expect(await readIds({ from: at(10), until: at(30) })).toEqual(ids(2, 1));
    // 30.2 ms belongs to the millisecond of the run of 30 on both sides.
    const fine = at(30).replace("Z", "200Z");
    expect(await readIds({ from: fine })).toEqual(ids(3));
    expect(await readIds({ until: fine })).toEqual(ids(3, 2, 1, 0));
  });

  it("leave out runs without the time that is bounded", async () => {
    const [ended] = addRuns(2, (index) =>
      index === 0 ? { endedAtMs: START_MS + 5, status: "completed" } : {},
    );
    expect(await readIds({ timeField: "ENDED_AT" }, byTime("ENDED_AT", "DESC"))).toEqual([
      ended?.id,
    ]);
  });

  it("choose statuses, and skipped runs tell why", async () => {
    const statuses = ["queued", "running", "completed", "failed", "cancelled", "skipped"] as const;
    const byRunId = "01JB000000000000000000HLDR";
    const runs = addRuns(6, (index) => ({
      status: statuses[index] ?? "queued",
      ...(index === 5 ? { skip: { reason: "singleton", byRunId } as const } : {}),
    }));
    expect(await readIds({ status: ["FAILED", "QUEUED"] })).toEqual([runs[3]?.id, runs[0]?.id]);
    expect(await readIds({ status: [] })).toHaveLength(6);
    const fields = "status skipReason skipExistingRunID";
    const skipped = { status: "SKIPPED", skipReason: "singleton", skipExistingRunID: byRunId };
    const query = `query ($filter: RunsFilterV2!) {
      runs(filter: $filter) { edges { node { ${fields} trace { ${fields} } } } totalCount } }`;
    const filter = { from: at(0), status: ["SKIPPED"] };
    expect(await fixture.data(query, { filter })).toEqual({
      runs: { edges: [{ node: { ...skipped, trace: skipped } }], totalCount: 1 },
    });
  });

  it("choose functions and apps, and both together", async () => {
    const blog = appRecord({ name: "blog" });
    const post = functionRecord("post", {}, "blog");
    fixture.apps.push(blog);
    fixture.functions.push(post);
    const [shopRun, blogRun] = addRuns(2, (index) => (index === 1 ? { functionId: post.id } : {}));
    const shopId = fixture.apps[0]?.id;
    expect(await readIds({ functionIDs: [post.id] })).toEqual([blogRun?.id]);
    expect(await readIds({ appIDs: [shopId] })).toEqual([shopRun?.id]);
    expect(await readIds({ appIDs: [shopId, blog.id] })).toHaveLength(2);
    expect(await readIds({ appIDs: [shopId], functionIDs: [post.id] })).toEqual([]);
    expect(await readIds({ functionIDs: [] })).toHaveLength(2);
  });

  it("know no deferred runs", async () => {
    addRuns(1);
    expect(await readIds({ isDeferred: true })).toEqual([]);
    expect(await readIds({ isDeferred: false })).toHaveLength(1);
  });

  it("say what is wrong with a time", async () => {
    const { status, body } = await fixture.ask(RUNS, { filter: { from: "yesterday" } });
    expect(status).toBe(422);
    expect(body.errors?.[0]?.message).toContain(`send RFC 3339 text`);
  });
});

describe("search in runs", () => {
  it("reads the event, the output and the error", async () => {
    const [done, failed] = addRuns(2, (index) =>
      index === 0
        ? { status: "completed", outputJson: `{"total":5,"note":"error and output"}` }
        : {
            status: "failed",
            error: { name: "TypeError", message: "no stock" },
            outputJson: `"x"`,
          },
    );
    const search = (query: string): Promise<string[]> => readIds({ query });
    expect(await search(`output.total > 4`)).toEqual([done?.id]);
    expect(await search(`error.name == "TypeError"`)).toEqual([failed?.id]);
    expect(await search(`event.name == "shop/order.placed" && output.total == 5`)).toEqual([
      done?.id,
    ]);
    expect(await search(`output.note == "error and output"`)).toEqual([done?.id]);
    expect(await search(`event.data.order == 1\noutput.total == null`)).toEqual([failed?.id]);
    expect(await search(`event.data.order == 1 &&\n output.total == 5`)).toEqual([done?.id]);
    expect(await search(`event.data.order == 2`)).toEqual([]);
  });

  it("pages and counts what it finds", async () => {
    const runs = addRuns(900, (index) => ({
      status: "completed",
      outputJson: String(index % 300),
    }));
    const first = await readRuns({ first: 2, filter: { query: "output == 299" } });
    expect(first.edges.map(({ node }) => node.id)).toEqual([runs[899]?.id, runs[599]?.id]);
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const second = await readRuns({
      first: 2,
      after: first.pageInfo.endCursor,
      filter: { query: "output == 299" },
    });
    expect(second.edges.map(({ node }) => node.id)).toEqual([runs[299]?.id]);
    expect(second.pageInfo.hasNextPage).toBe(false);
  });

  it("reads a bounded number of runs for one page and leads on from there", async () => {
    const runs = addRuns(10_500, (index) => ({ outputJson: String(index), status: "completed" }));
    const filter = { from: at(0), query: "output == 3" };
    const first = await fixture.data<{ runs: RunsJson }>(RUNS.replace("totalCount", ""), {
      filter,
    });
    expect(first.runs).toMatchObject({ edges: [], pageInfo: { hasNextPage: true } });
    const after = first.runs.pageInfo.endCursor;
    const second = await fixture.data<{ runs: RunsJson }>(RUNS.replace("totalCount", ""), {
      filter,
      after,
    });
    expect(second.runs.edges.map(({ node }) => node.id)).toEqual([runs[3]?.id]);
    const counted = await fixture.ask(RUNS, { filter });
    expect(counted.body.errors?.[0]?.message).toContain("narrow from and until");
  });

  it("says what is wrong with the expression", async () => {
    const { body } = await fixture.ask(RUNS, { filter: { from: at(0), query: "output.x ==" } });
    expect(body.errors?.[0]?.extensions?.code).toBe("expression_invalid");
  });
});
