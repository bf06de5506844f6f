// The pages about flow control say that every rule is enforced. Each rule that can start fewer runs than there are events does so
// here, in the embedded mode; what the others do is seen in tests/protocol/flow.test.ts.
import { createEngine } from "@everstep/embedded";
import { ConsoleLogger, Everstep, type BaseFunctionOptions } from "everstep";
import { expect, it } from "vitest";
import { readLines } from "../tidy/repository.ts";

const EVENTS = 3;
const OPTIONS = [
  "concurrency",
  "throttle",
  "rateLimit",
  "debounce",
  "batchEvents",
  "priority",
  "singleton",
  "idempotency",
];

/** An option, and how many of three equal events start a run at once. */
const STARTED: readonly (readonly [options: Partial<BaseFunctionOptions>, started: number])[] = [
  [{}, EVENTS],
  [{ rateLimit: { limit: 2, period: "1h" } }, 2],
  [{ idempotency: "event.data.orderId" }, 1],
  [{ debounce: { period: "1h" } }, 0],
  [{ batchEvents: { maxSize: 10, timeout: "1h" } }, 0],
  [{ batchEvents: { maxSize: EVENTS, timeout: "1h" } }, 1],
];

it.each(["docs/functions.md", "docs/guides/flow-control.md"])("%s tells every rule", (page) => {
  const rows = readLines(page).filter((line) => line.startsWith("| "));
  expect(OPTIONS.filter((name) => !rows.some((row) => row.includes(`\`${name}`)))).toEqual([]);
});

it.each(STARTED)("of three events with %o, %d start a run", async (options, started) => {
  const client = new Everstep({ id: "shop", logger: new ConsoleLogger({ level: "silent" }) });
  const fn = client.createFunction({ id: "f", ...options }, { event: "go" }, () => "done");
  await using engine = await createEngine({ functions: [fn], data: ":memory:" }).start();
  const events = Array.from({ length: EVENTS }, () => ({ name: "go", data: { orderId: "o-1" } }));
  const { ids } = await engine.send(events);
  const found = await Promise.all(ids.map((id) => engine.runsOf(id)));
  const runs = new Map(found.flat().map((run) => [run.id, run]));
  expect(runs.size).toBe(started);
  for (const run of runs.values()) expect(await run.result()).toBe("done");
});
