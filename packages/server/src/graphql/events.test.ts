// Events: one, pages of them, the legacy list and the legacy stream.
import type { RunHead } from "@everstep/core";
import type { EventRecord } from "@everstep/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import {
  at,
  createFixture,
  eventRecord,
  type Fixture,
  runHead,
  START_MS,
  ulid,
} from "./testing/graphql-fixture.ts";

let fixture: Fixture;

beforeEach(() => {
  fixture = createFixture();
});

function addEvents(...fields: Partial<EventRecord>[]): EventRecord[] {
  return fields.map((each, index) => {
    const event = eventRecord(each, index * 10);
    fixture.history.commit({ type: "event_added", event });
    return event;
  });
}

function addRun(event: EventRecord, fields: Partial<RunHead> = {}): RunHead {
  const [order] = fixture.functions;
  if (order === undefined) throw new Error("the fixture has no function");
  const run = { ...runHead(order, event), ...fields };
  fixture.history.commit({ type: "run_added", run });
  return run;
}

describe("eventV2", () => {
  const EVENT = `query ($id: ULID!) { eventV2(id: $id) {
    envID id idempotencyKey name occurredAt receivedAt raw version source { name } runs { id status } } }`;

  it("has the event and its runs", async () => {
    const [event] = addEvents({ id: "order-1", v: "2", tsMs: START_MS - 5 });
    if (event === undefined) throw new Error("no event was added");
    const run = addRun(event);
    expect(await fixture.data(EVENT, { id: event.internalId })).toEqual({
      eventV2: {
        envID: "00000000-0000-0000-0000-000000000000",
        id: event.internalId,
        idempotencyKey: "order-1",
        name: "shop/order.placed",
        occurredAt: at(-5),
        receivedAt: at(0),
        raw: `{"data":{"order":1},"id":"order-1","name":"shop/order.placed","ts":${START_MS - 5},"user":{},"v":"2"}`,
        version: "2",
        source: null,
        runs: [{ id: run.id, status: "RUNNING" }],
      },
    });
  });

  it("is an error that says how to find the id", async () => {
    const { body } = await fixture.ask(EVENT, { id: ulid() });
    expect(body.data).toBeNull();
    expect(body.errors).toMatchObject([
      {
        message: expect.stringContaining("takes the internal id") as string,
        extensions: { code: "event_not_found" },
      },
    ]);
  });
});

describe("eventsV2", () => {
  const EVENTS = `query ($first: Int, $after: String, $filter: EventsFilter!) {
    eventsV2(first: $first, after: $after, filter: $filter) {
      edges { node { id } cursor } pageInfo { hasNextPage hasPreviousPage endCursor } totalCount } }`;

  interface EventsJson {
    readonly edges: readonly { readonly node: { readonly id: string } }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly totalCount: number;
  }

  async function readEvents(
    filter: Record<string, unknown>,
    page: Record<string, unknown> = {},
  ): Promise<EventsJson> {
    const variables = { ...page, filter: { from: at(0), ...filter } };
    return (await fixture.data<{ eventsV2: EventsJson }>(EVENTS, variables)).eventsV2;
  }

  const idsOf = ({ edges }: EventsJson): string[] => edges.map(({ node }) => node.id);

  it("pages newest first, without internal events unless asked", async () => {
    const events = addEvents({}, { name: "inngest/function.finished" }, {}, {}, {});
    const first = await readEvents({}, { first: 3 });
    expect(idsOf(first)).toEqual([4, 3, 2].map((index) => events[index]?.internalId));
    expect(first).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true } });
    const second = await readEvents({}, { first: 3, after: first.pageInfo.endCursor });
    expect(idsOf(second)).toEqual([events[0]?.internalId]);
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(idsOf(await readEvents({ includeInternalEvents: true }))).toHaveLength(5);
  });

  it("filters by name, time and expression", async () => {
    const events = addEvents({ name: "a" }, { name: "b" }, { name: "b", dataJson: `{"order":7}` });
    const pick = (...indexes: number[]): (string | undefined)[] =>
      indexes.map((index) => events[index]?.internalId);
    expect(idsOf(await readEvents({ eventNames: ["b"] }))).toEqual(pick(2, 1));
    expect(idsOf(await readEvents({ eventNames: [] }))).toEqual(pick(2, 1, 0));
    expect(idsOf(await readEvents({ from: at(10), until: at(20) }))).toEqual(pick(1));
    const found = await readEvents({ query: `event.data.order == 7` });
    expect(idsOf(found)).toEqual(pick(2));
    expect(found.totalCount).toBe(1);
  });
});

describe("legacy events", () => {
  const FIELDS = `id externalID name createdAt payload raw status pendingRuns totalRuns functionRuns { id }`;

  it("tell how their runs stand", async () => {
    const [event] = addEvents({});
    if (event === undefined) throw new Error("no event was added");
    const read = (): Promise<unknown> =>
      fixture.data(`query ($id: ID!) { event(query: { eventId: $id }) { ${FIELDS} } }`, {
        id: event.internalId,
      });
    expect(await read()).toMatchObject({
      event: {
        id: event.internalId,
        createdAt: at(0),
        payload: `{"order":1}`,
        status: "NO_FUNCTIONS",
        totalRuns: 0,
      },
    });
    const done = addRun(event, { status: "completed" });
    expect(await read()).toMatchObject({ event: { status: "COMPLETED", pendingRuns: 0 } });
    addRun(event, { status: "failed" });
    expect(await read()).toMatchObject({ event: { status: "PARTIALLY_FAILED", totalRuns: 2 } });
    fixture.history.commit({ type: "run_patched", runId: done.id, patch: { status: "failed" } });
    expect(await read()).toMatchObject({ event: { status: "FAILED" } });
    addRun(event);
    expect(await read()).toMatchObject({ event: { status: "RUNNING", pendingRuns: 1 } });
  });

  it("page by the last id seen", async () => {
    const events = addEvents({}, {}, { name: "inngest/function.failed" }, {});
    const read = (lastEventId?: string): Promise<unknown> =>
      fixture.data(`query ($id: ID) { events(query: { lastEventId: $id }) { id } }`, {
        id: lastEventId,
      });
    const ids = (...indexes: number[]): { id: string | undefined }[] =>
      indexes.map((index) => ({ id: events[index]?.internalId }));
    expect(await read()).toEqual({ events: ids(3, 1, 0) });
    expect(await read(events[1]?.internalId)).toEqual({ events: ids(0) });
    const { body } = await fixture.ask(`{ events(query: { lastEventId: "7" }) { id } }`);
    expect(body.errors?.[0]?.message).toContain(`lastEventId is "7"`);
  });
});

describe("stream", () => {
  const STREAM = `query ($query: StreamQuery!) {
    stream(query: $query) { id trigger type createdAt inBatch runs { id } } }`;

  it("shows events and cron ticks, newest first, and internal events only when asked", async () => {
    const [event, finished, tick] = addEvents(
      {},
      { name: "inngest/function.finished" },
      { name: "inngest/scheduled.timer", dataJson: `{"cron":"0 * * * *"}` },
    );
    if (event === undefined || tick === undefined) throw new Error("no event was added");
    const run = addRun(event, { eventIds: [event.internalId, ulid(5)] });
    expect(await fixture.data(STREAM, { query: {} })).toEqual({
      stream: [
        {
          id: tick.internalId,
          trigger: "0 * * * *",
          type: "CRON",
          createdAt: at(20),
          inBatch: false,
          runs: [],
        },
        {
          id: event.internalId,
          trigger: "shop/order.placed",
          type: "EVENT",
          createdAt: at(0),
          inBatch: true,
          runs: [{ id: run.id }],
        },
      ],
    });
    const all = await fixture.data<{ stream: readonly { readonly id: string }[] }>(STREAM, {
      query: { includeInternalEvents: true },
    });
    expect(all.stream.map(({ id }) => id)).toContain(finished?.internalId);
  });

  it("is bounded in time and number, and finds events behind many internal ones", async () => {
    const events = addEvents({}, {}, ...Array.from({ length: 450 }, () => ({ name: "inngest/x" })));
    const read = async (query: unknown): Promise<string[]> => {
      const { stream } = await fixture.data<{ stream: readonly { readonly id: string }[] }>(
        STREAM,
        {
          query,
        },
      );
      return stream.map(({ id }) => id);
    };
    expect(await read({ limit: 1 })).toEqual([events[1]?.internalId]);
    expect(await read({ before: at(10) })).toEqual([events[0]?.internalId]);
    expect(await read({ after: at(10) })).toEqual([events[1]?.internalId]);
    const { body } = await fixture.ask(STREAM, { query: { limit: 0 } });
    expect(body.errors?.[0]?.message).toBe("limit is 0: it must be 1 or more");
  });
});
