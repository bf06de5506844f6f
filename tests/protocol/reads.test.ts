// What the read APIs say about things that are and things that are not. They are fresh at once: no test here waits.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { V4, World, freshId } from "./harness/world.ts";

vi.setConfig({ maxConcurrency: 40 });

const UNKNOWN = "01J00000000000000000000000";

let world: World;
beforeAll(async () => {
  world = await World.start({ functions: "steps", modes: [V4] });
});
afterAll(async () => {
  await world.stop();
});

describe.concurrent("things that are not", () => {
  it.each([`/v1/runs/${UNKNOWN}`, `/v1/events/${UNKNOWN}`, `/v1/events/${UNKNOWN}/runs`])(
    "are 404 at %s",
    async (path) => {
      const response = await world.engine.request(path);
      expect(response.status).toBe(404);
      const body = (await response.json()) as { error: string; status: number };
      expect(body.status).toBe(404);
      expect(body.error).toContain(UNKNOWN);
    },
  );

  it("are 404 when cancelled", async () => {
    const response = await world.engine.request(`/v1/runs/${UNKNOWN}`, { method: "DELETE" });
    expect(response.status).toBe(404);
  });

  it("are null or an error in GraphQL, never an empty run", async () => {
    const reply = await world.engine.graphqlReply(
      `query ($runID: String!) { run(runID: $runID) { id status } }`,
      { runID: UNKNOWN },
    );
    const run = (reply.data as { run: unknown } | null | undefined)?.run ?? null;
    expect(run).toBeNull();
  });

  it("are 410 or 404 for the SDK that asks for the state of an ended run", async () => {
    const run = await world.engine.runToEnd(`${V4.name}/no-steps`);
    const ended = await world.engine.request(`/v0/runs/${run.run_id}/actions`);
    expect(ended.status).toBe(410);
    expect(await ended.json()).toMatchObject({ status: 410, error: expect.any(String) as string });
  });
});

describe.concurrent("reads", () => {
  it("know an event and its runs as soon as the event is accepted", async () => {
    const id = freshId();
    const [eventId = ""] = await world.engine.send({
      name: `${V4.name}/no-steps`,
      data: { id },
      id,
    });
    const event = (await world.engine.json(`/v1/events/${eventId}`)) as {
      data: Record<string, unknown>;
    };
    expect(event.data).toMatchObject({
      internal_id: eventId,
      id,
      name: `${V4.name}/no-steps`,
      data: { id },
    });
    const runs = await world.engine.waitRuns(eventId, 1);
    expect(runs).toHaveLength(1);
  });

  it("list events newest first", async () => {
    const name = `${V4.name}/nobody.listens.${freshId()}`;
    const ids = await world.engine.send(
      { name, data: { n: 1 } },
      { name, data: { n: 2 } },
      { name, data: { n: 3 } },
    );
    const list = (await world.engine.json(`/v1/events?name=${encodeURIComponent(name)}`)) as {
      data: { internal_id: string }[];
    };
    expect(list.data.map((event) => event.internal_id)).toStrictEqual(ids.toReversed());
  });

  it("count a run in GraphQL once, under its function", async () => {
    const run = await world.engine.runToEnd(`${V4.name}/no-steps`);
    const from = new Date(Date.now() - 60_000).toISOString();
    const data = (await world.engine.graphql(
      `query ($from: Time!) {
         runs(first: 100, orderBy: [{ field: QUEUED_AT, direction: DESC }], filter: { from: $from }) {
           edges { node { id status functionID } }
         }
       }`,
      { from },
    )) as { runs: { edges: { node: { id: string; functionID: string; status: string } }[] } };
    const found = data.runs.edges.filter((edge) => edge.node.id === run.run_id);
    expect(found).toMatchObject([{ node: { status: "COMPLETED", functionID: run.function_id } }]);
  });

  it("give the trigger of a run", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${V4.name}/no-steps`, { id });
    const data = (await world.engine.graphql(
      `query ($runID: String!) { runTrigger(runID: $runID) { eventName IDs payloads isBatch } }`,
      { runID: run.run_id },
    )) as { runTrigger: { eventName: string; IDs: string[]; payloads: string[] } };
    expect(data.runTrigger).toMatchObject({
      eventName: `${V4.name}/no-steps`,
      IDs: [run.event_id],
    });
    expect(JSON.parse(data.runTrigger.payloads[0] ?? "")).toMatchObject({ data: { id } });
  });
});
