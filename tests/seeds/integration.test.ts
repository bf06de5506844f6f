// Document 004, integration guide: routes, functions, schedules, fan-out and the unit test, each sample as its text says.
import { describe, expect, it } from "vitest";
import * as everstep from "everstep";
import { meetAll } from "./harness/gates.ts";
import { inWorld } from "./harness/seed-world.ts";

type Post = (request: Request) => Promise<Response>;

function post(body: unknown): Request {
  return new Request("http://x.test", { method: "POST", body: JSON.stringify(body) });
}

describe("routes", () => {
  it("[004#02] validate, queue, respond", () =>
    inWorld(async (world) => {
      const { POST } = await world.load("004#02");
      const response = await (POST as Post)(post({ userId: "u1", email: "a@x.test" }));
      expect(await response.json()).toEqual({ success: true, message: "User creation queued" });
      expect(await world.eventsNamed("app/user.created")).toEqual([
        { userId: "u1", email: "a@x.test" },
      ]);
    }));

  it("[004#08] immediate response, background work", () =>
    inWorld(async (world) => {
      const { POST } = await world.load("004#08");
      const response = await (POST as Post)(post({ n: 1 }));
      expect(await response.json()).toEqual({ message: "Processing started", status: "queued" });
      expect(await world.eventsNamed("app/data.process")).toEqual([{ n: 1 }]);
    }));

  it("[004#09] the synchronous route answers with the result", () =>
    inWorld(async (world) => {
      world.services.answer("processData", { done: true });
      const { POST } = await world.load("004#09");
      const response = await (POST as Post)(post({ n: 1 }));
      expect(await response.json()).toEqual({ result: { done: true } });
    }));
});

describe("functions", () => {
  it("[004#03] two steps", () =>
    inWorld(async (world) => {
      await world.serveSample("004#03");
      expect(world.configOf("user-created").name).toBe("Handle User Creation");
      const run = await world.runToEnd("app/user.created", { userId: "u1", email: "a@x.test" });
      expect(run.output).toEqual({ success: true });
      expect(run.steps).toEqual(["send-welcome-email", "create-profile"]);
      expect(world.services.inputs("createUserProfile")).toEqual(["u1"]);
    }));

  it("[004#05] three retries are four attempts", () =>
    inWorld(async (world) => {
      world.services.failFirst("processTask", 3);
      await world.serveSample("004#05");
      const good = await world.runToEnd("app/task.created", { taskId: "t1" });
      expect(good.status).toBe("completed");
      expect(world.services.names("processTask")).toHaveLength(4);
      world.services.forget();
      world.services.failFirst("processTask", 4);
      const bad = await world.runToEnd("app/task.created", { taskId: "t2" });
      expect(bad).toMatchObject({ status: "failed", error: { message: "processTask is down" } });
      expect(world.services.names("processTask")).toHaveLength(4);
    }));

  it("[004#06] every day at nine", () =>
    inWorld(async (world) => {
      await world.serveSample("004#06");
      const run = await world.tick("daily-digest");
      expect(new Date(world.clock.nowMs()).getUTCHours()).toBe(9);
      expect(run.steps).toEqual(["generate-digest", "send-email"]);
    }));

  it("[004#07] publishing in four steps", () =>
    inWorld(async (world) => {
      world.services.answer("generateOGImage", "og.png");
      await world.serveSample("004#07");
      const run = await world.runToEnd("blog/post.created", { postId: "p1" });
      expect(run.output).toEqual({ success: true, ogImage: "og.png" });
      expect(run.steps).toHaveLength(4);
      expect(world.services.inputs("notifySubscribers")).toEqual(["p1"]);
    }));

  it("[004#10] every item in its own step at the same time, then the results together", () =>
    inWorld(async (world) => {
      const items = Array.from({ length: 40 }, (_, id) => ({ id }));
      const together = meetAll(items.length);
      world.services.answer("processItem", async (item: unknown) => {
        await together.arrive();
        return (item as { id: number }).id * 2;
      });
      await world.serveSample("004#10");
      const run = await world.runToEnd("app/batch.process", { items });
      expect(run.output).toEqual({ processed: 40 });
      expect(run.steps.at(-1)).toBe("aggregate-results");
      expect(world.services.inputs("aggregateResults")).toEqual([items.map(({ id }) => id * 2)]);
    }));
});

describe("unit test", () => {
  it("[004#11] the test of the document passes", () =>
    inWorld(async (world) => {
      const tests: (() => Promise<void>)[] = [];
      await world.load("004#11", {
        names: { mockStepImplementation: everstep.mockStep() },
        modules: {
          "@/inngest/functions/user-created": await world.load("004#03"),
          vitest: {
            describe: (_name: string, body: () => void) => body(),
            it: (_name: string, run: () => Promise<void>) => void tests.push(run),
            expect,
          },
        },
      });
      await tests[0]?.();
      expect(world.services.inputs("sendEmail")).toEqual(["user@example.com"]);
      expect(world.services.inputs("createUserProfile")).toEqual(["123"]);
    }));
});
