// The page about functions says which options of flow control the server does not enforce yet. It is held to that in both
// directions: an option that begins to be enforced fails here, and the page has to say so.
import { createEngine } from "@everstep/embedded";
import { ConsoleLogger, Everstep, type BaseFunctionOptions } from "everstep";
import { expect, it } from "vitest";
import { readLines } from "../tidy/repository.ts";

const PAGE = "docs/functions.md";
const EVENTS = 3;

/** Rows of the page: what is written in the first column, and an option that would hold back some of three equal events. */
const REGISTERED_ONLY: readonly (readonly [row: string, options: Partial<BaseFunctionOptions>])[] =
  [
    ["throttle", { throttle: { limit: 1, period: "1h" } }],
    ["rateLimit", { rateLimit: { limit: 1, period: "1h" } }],
    ["debounce", { debounce: { period: "1h" } }],
    ["batchEvents", { batchEvents: { maxSize: 10, timeout: "1h" } }],
    ["singleton", { singleton: { mode: "skip" } }],
    ["idempotency", { idempotency: "event.data.orderId" }],
  ];

it("the page marks these and no others", () => {
  const marked = readLines(PAGE).filter((line) => /\|\s*registered only\s*\|$/.test(line));
  const names = marked.map((line) => /`(\w+)/.exec(line)?.[1]);
  // A key of concurrency and a priority change the order of runs only, which three runs at once do not show.
  const notShown = ["concurrency", "priority"];
  expect(new Set(names)).toEqual(new Set([...REGISTERED_ONLY.map(([name]) => name), ...notShown]));
});

it.each(REGISTERED_ONLY)("%s holds nothing back", async (_name, options) => {
  const client = new Everstep({ id: "shop", logger: new ConsoleLogger({ level: "silent" }) });
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let startedCount = 0;
  const fn = client.createFunction({ id: "f", ...options }, { event: "go" }, async () => {
    startedCount += 1;
    // All runs are under way at the same time, so that one run at a time would show.
    if (startedCount === EVENTS) release();
    await gate;
  });
  await using engine = await createEngine({ functions: [fn], data: ":memory:" }).start();
  const events = Array.from({ length: EVENTS }, () => ({ name: "go", data: { orderId: "o-1" } }));
  const { ids } = await engine.send(events);
  const runs = (await Promise.all(ids.map((id) => engine.runsOf(id)))).flat();
  await Promise.all(runs.map((run) => run.result()));
  expect(runs).toHaveLength(EVENTS);
});
