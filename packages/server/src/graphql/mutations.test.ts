// Mutations: what they ask of the engine and what they answer.
import type { RunHead } from "@everstep/core";
import { EverstepError } from "@everstep/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import {
  appRecord,
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

function addRun(patch: Partial<RunHead> = {}): RunHead {
  const [order] = fixture.functions;
  if (order === undefined) throw new Error("the fixture has no function");
  const event = eventRecord();
  const run = { ...runHead(order, event), ...patch };
  fixture.history.commit({ type: "event_added", event }, { type: "run_added", run });
  return run;
}

describe("invokeFunction", () => {
  const INVOKE = `mutation ($slug: String!, $data: Map, $user: Map, $meta: Map) {
    invokeFunction(functionSlug: $slug, data: $data, user: $user, meta: $meta) }`;

  it("hands data and user to the engine; without data it is {}", async () => {
    await fixture.data(INVOKE, { slug: "shop-order", data: { n: [1] }, user: { id: "u" } });
    expect(await fixture.data(INVOKE, { slug: "shop-order", meta: {} })).toEqual({
      invokeFunction: true,
    });
    expect(fixture.asked).toEqual([
      { method: "invoke", args: ["shop-order", { data: { n: [1] }, user: { id: "u" } }] },
      { method: "invoke", args: ["shop-order", { data: {} }] },
    ]);
  });

  it("answers the engine's reason, and refuses what it cannot pass on", async () => {
    fixture.commands["invoke"] = () => {
      throw new EverstepError("function_not_found", "there is no function shop-gone");
    };
    const gone = await fixture.ask(INVOKE, { slug: "shop-gone" });
    expect(gone).toMatchObject({
      status: 200,
      body: {
        data: { invokeFunction: null },
        errors: [
          { message: "there is no function shop-gone", extensions: { code: "function_not_found" } },
        ],
      },
    });
    const meta = await fixture.ask(INVOKE, { slug: "shop-order", meta: { sessions: {} } });
    expect(meta.body.errors?.[0]?.message).toContain("meta cannot be given");
    const list = await fixture.ask(INVOKE, { slug: "shop-order", data: [1] });
    expect(list.body.errors?.[0]?.message).toContain("send a JSON object");
    expect(fixture.asked).toHaveLength(1);
  });
});

describe("cancelRun", () => {
  const CANCEL = `mutation ($id: ULID!) { cancelRun(runID: $id) { id status finishedAt } }`;

  it("cancels once and answers the run as it is then", async () => {
    const run = addRun();
    fixture.commands["cancelRun"] = () => {
      const patch = { status: "cancelled", endedAtMs: START_MS + 70 } as const;
      fixture.history.commit({ type: "run_patched", runId: run.id, patch });
    };
    const cancelled = { cancelRun: { id: run.id, status: "CANCELLED" } };
    expect(await fixture.data(CANCEL, { id: run.id })).toMatchObject(cancelled);
    expect(await fixture.data(CANCEL, { id: run.id })).toMatchObject(cancelled);
    expect(fixture.asked).toHaveLength(1);
    expect(fixture.asked[0]?.args[0]).toBe(run.id);
  });

  it("succeeds when another caller cancelled it in the same moment", async () => {
    const run = addRun();
    fixture.commands["cancelRun"] = () => {
      fixture.history.commit({
        type: "run_patched",
        runId: run.id,
        patch: { status: "cancelled" },
      });
      throw new EverstepError("run_ended", "the run has ended");
    };
    expect(await fixture.data(CANCEL, { id: run.id })).toMatchObject({
      cancelRun: { status: "CANCELLED" },
    });
  });

  it("is an error for a run that ended otherwise, and for an unknown one", async () => {
    const run = addRun({ status: "completed" });
    fixture.commands["cancelRun"] = () => {
      throw new EverstepError("run_ended", `run ${run.id} has completed`);
    };
    const ended = await fixture.ask(CANCEL, { id: run.id });
    expect(ended.body.errors).toMatchObject([
      { message: `run ${run.id} has completed`, extensions: { code: "run_ended" } },
    ]);
    const unknown = await fixture.ask(CANCEL, { id: ulid() });
    expect(unknown.body.errors).toMatchObject([{ extensions: { code: "run_not_found" } }]);
  });
});

describe("rerun", () => {
  const RERUN = `mutation ($id: ULID!, $from: RerunFromStepInput) { rerun(runID: $id, fromStep: $from) }`;

  it("starts the run again, from a step with another input when asked", async () => {
    const run = addRun();
    const again = ulid();
    fixture.commands["rerun"] = () => ({ runId: again });
    expect(await fixture.data(RERUN, { id: run.id })).toEqual({ rerun: again });
    await fixture.data(RERUN, { id: run.id, from: { stepID: "abc", input: `[{"n":1}]` } });
    await fixture.data(RERUN, { id: run.id, from: { stepID: "abc" } });
    expect(fixture.asked.map(({ args }) => args[0])).toEqual([
      { runId: run.id },
      { runId: run.id, fromStep: { stepId: "abc", inputJson: `[{"n":1}]` } },
      { runId: run.id, fromStep: { stepId: "abc" } },
    ]);
  });

  it("refuses an input that is no array, and an unknown run", async () => {
    const run = addRun();
    for (const input of [`{"n":1}`, "nonsense"]) {
      const { body } = await fixture.ask(RERUN, { id: run.id, from: { stepID: "abc", input } });
      expect(body.errors?.[0]?.message).toContain("must be the JSON of an array");
    }
    const unknown = await fixture.ask(RERUN, { id: ulid() });
    expect(unknown.body.errors).toMatchObject([{ extensions: { code: "run_not_found" } }]);
    expect(fixture.asked).toEqual([]);
  });
});

describe("createApp and updateApp", () => {
  const CREATE = `mutation ($input: CreateAppInput!) { createApp(input: $input) { name url error } }`;
  const UPDATE = `mutation ($input: UpdateAppInput!) { updateApp(input: $input) { id url } }`;
  const synced: string[] = [];

  beforeEach(() => {
    synced.length = 0;
    fixture = createFixture({
      syncByUrl: async (url) => {
        synced.push(url);
        if (url.includes(":4000/")) fixture.apps.push(appRecord({ name: "blog", url }));
        if (url.includes(":5000/")) fixture.apps[0] = appRecord({ url });
      },
    });
  });

  it("syncs the URL and answers the app, by input or by url alone", async () => {
    const url = "http://localhost:4000/api/inngest";
    const app = { name: "blog", url: "http://127.0.0.1:4000/api/inngest", error: null };
    expect(await fixture.data(CREATE, { input: { url: "127.0.0.1:4000/api/inngest" } })).toEqual({
      createApp: app,
    });
    expect(synced).toEqual([app.url]);
    expect(
      await fixture.data(`mutation ($url: String!) { createApp(url: $url) { name } }`, { url }),
    ).toEqual({ createApp: { name: "blog" } });
  });

  it("says what is wrong: no URL, nothing there, a server that cannot sync", async () => {
    for (const url of ["", "ftp://x/", "http://"]) {
      const { body } = await fixture.ask(CREATE, { input: { url } });
      expect(body.errors?.[0]?.message).toContain("must be like http://localhost:3000");
    }
    const nothing = await fixture.ask(CREATE, { input: { url: "http://localhost:9/api/inngest" } });
    expect(nothing.body.errors).toMatchObject([{ extensions: { code: "app_unreachable" } }]);
    const unable = await createFixture().ask(CREATE, { input: { url: "http://localhost:9/" } });
    expect(unable.body.errors?.[0]?.message).toContain("cannot sync apps");
  });

  it("moves an app to another URL, unless another app answers there", async () => {
    const id = fixture.apps[0]?.id;
    const url = "http://localhost:5000/api/inngest";
    expect(await fixture.data(UPDATE, { input: { id, url } })).toEqual({ updateApp: { id, url } });
    const other = await fixture.ask(UPDATE, { input: { id, url: "http://localhost:4000/api" } });
    expect(other.body.errors?.[0]?.message).toContain(`is not "shop"`);
    const unknown = await fixture.ask(UPDATE, { input: { id: "7", url } });
    expect(unknown.body.errors).toMatchObject([{ extensions: { code: "app_not_found" } }]);
  });
});

describe("deleteApp and deleteAppByName", () => {
  it("removes the app by its URL and answers the id, or true", async () => {
    const [shop] = fixture.apps;
    expect(
      await fixture.data(`mutation ($id: String!) { deleteApp(id: $id) }`, { id: shop?.id }),
    ).toEqual({ deleteApp: shop?.id });
    const byName = `mutation ($name: String!) { deleteAppByName(name: $name) }`;
    expect(await fixture.data(byName, { name: "shop" })).toEqual({ deleteAppByName: true });
    expect(fixture.asked).toEqual([
      { method: "removeApp", args: [shop?.url] },
      { method: "removeApp", args: [shop?.url] },
    ]);
    const { body } = await fixture.ask(byName, { name: "gone" });
    expect(body.errors?.[0]?.message).toBe(
      `there is no app with name "gone": the query apps lists those there are`,
    );
  });

  it("uses the callback when one is given", async () => {
    const removed: string[] = [];
    fixture = createFixture({ removeApp: async (url) => removed.push(url) });
    await fixture.data(`mutation { deleteAppByName(name: "shop") }`);
    expect(removed).toEqual(["http://localhost:3000/api/inngest"]);
    expect(fixture.asked).toEqual([]);
  });
});
