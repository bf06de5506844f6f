// How long REST v2 takes to read a store of 100,000 runs: `node bench/rest-v2-reads.ts [runs]`. Each read is made cold once and
// then nine times; the bound of 200 ms is for people to compare with, because a stopwatch fails on a busy machine.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Change, RunStatus } from "@everstep/core";
import { createEngine, createHttpTransport, systemChance, systemClock } from "@everstep/engine";
import { createUlidFactory, type AppConfig } from "@everstep/protocol";
import { createServer } from "@everstep/server";
import { openSqliteStore } from "@everstep/store-sqlite";

const HOURS = 40;
const FUNCTIONS = 12;
const HOUR_MS = 3_600_000;
const COMMIT = 500;
const REPEATS = 9;

const APP: AppConfig = {
  name: "shop",
  url: "http://127.0.0.1:9/api/inngest",
  sdk: "js:v4.24.0",
  method: "serve",
  checksum: "bench",
  functions: Array.from({ length: FUNCTIONS }, (_, index) => ({
    slug: `shop-f${index}`,
    name: `F ${index}`,
    triggers: [{ kind: "event", event: `shop/e${index % 5}` }],
    url: `http://127.0.0.1:9/api/inngest?fnId=shop-f${index}`,
    maxAttempts: 4,
    concurrency: [],
    cancel: [],
  })),
};

const newUlid = createUlidFactory((count) => randomBytes(count));

function statusOf(index: number): RunStatus {
  if (index % 20 === 3) return "failed";
  if (index % 50 === 7) return "cancelled";
  if (index % 100 === 11) return "queued";
  return index % 200 === 13 ? "skipped" : "completed";
}

function runChanges(index: number, atMs: number, functionId: string): Change[] {
  const [eventId, id] = [newUlid(atMs), newUlid(atMs)];
  const status = statusOf(index);
  const name = `shop/e${index % 5}`;
  const data = { n: index % 1000, user: `u${index % 77}` };
  const dataJson = JSON.stringify(data);
  const event = {
    internalId: eventId,
    id: eventId,
    name,
    dataJson,
    tsMs: atMs,
    receivedAtMs: atMs,
  };
  const startedAtMs = atMs + (index % 90);
  const message = `Card ${index} declined in ${index % 3 === 0 ? "EU" : "US"}`;
  return [
    { type: "event_added", event },
    {
      type: "run_added",
      run: {
        id,
        functionId,
        functionVersion: 1,
        status,
        eventIds: [eventId],
        eventName: name,
        orderKey: atMs * 4096,
        createdAtMs: atMs,
        ...(status === "queued" || status === "skipped" ? {} : { startedAtMs }),
        ...(status === "queued" ? {} : { endedAtMs: startedAtMs + ((index * 7919) % 5000) }),
        ...(status === "completed" ? { outputJson: JSON.stringify({ index }) } : {}),
        ...(status === "failed" ? { error: { name: "CardError", message } } : {}),
        ...(status === "skipped" ? { skip: { reason: "paused" } } : {}),
        requestVersion: 1,
        pendingStepIds: [],
        stepCount: 0,
        stateBytes: 0,
      },
    },
  ];
}

const READS: readonly string[] = [
  "/runs?limit=100",
  "/runs?status=FAILED&limit=100",
  "/runs?status=COMPLETED&status=FAILED&limit=100",
  "/runs?functionId=shop-f3&status=FAILED",
  "/runs?appId=shop&eventName=shop/e3",
  "/runs?eventName=nothing",
  "/runs?timeField=STARTED_AT",
  "/runs?timeField=ENDED_AT&status=CANCELLED",
  `/runs?query=${encodeURIComponent("event.data.n == 3")}`,
  "/runs/count",
  "/runs/count?functionId=shop-f3",
  "/runs/count?eventName=shop/e3",
  "/functions",
  `/functions?from=${Date.now() - HOURS * HOUR_MS}`,
  "/functions/shop-f3/metrics",
  `/failures?from=${Date.now() - HOURS * HOUR_MS}`,
  "/events?limit=100&includeRuns=true",
  "/event-types?includeData=true",
  "/status",
];

async function main(count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "everstep-reads-"));
  const { store, history, close } = openSqliteStore({ path: join(folder, "bench.db") });
  const ports = { clock: systemClock, log: () => undefined, transport: createHttpTransport() };
  const engine = createEngine({ ...ports, store, history, chance: systemChance });
  await engine.start();
  await engine.syncApp(APP);
  const ids = engine.functions().map(({ id }) => id);
  for (let first = 0; first < count; first += COMMIT) {
    const changes = Array.from({ length: COMMIT }, (_, offset) => {
      const index = first + offset;
      const atMs = Date.now() - Math.floor(((count - index) / count) * HOURS * HOUR_MS);
      return runChanges(index, atMs, ids[index % FUNCTIONS] ?? "");
    });
    await store.commit(changes.flat());
  }
  const server = createServer({
    ...ports,
    engine,
    history,
    serverKind: "dev",
    signingKeys: [],
    host: "127.0.0.1",
    port: 0,
    version: "bench",
    poll: { enabled: false, intervalMs: 5_000 },
    discovery: { enabled: false },
  });
  const { url } = await server.listen();
  await measure(`${url}/v2`);
  await server.close({ graceMs: 0 });
  await engine.stop({ graceMs: 0 });
  await close();
  rmSync(folder, { recursive: true });
}

async function measure(base: string): Promise<void> {
  await fetch(`${base}/apps`);
  console.log("cold ms  median ms");
  for (const path of READS) {
    const times: number[] = [];
    for (let index = 0; index <= REPEATS; index += 1) {
      const startMs = performance.now();
      const response = await fetch(base + path);
      await response.text();
      if (response.status !== 200) throw new Error(`${path} answered ${response.status}`);
      times.push(performance.now() - startMs);
    }
    const [cold = 0, ...warm] = times;
    const median = warm.toSorted((a, b) => a - b)[Math.floor(REPEATS / 2)] ?? 0;
    console.log(`${cold.toFixed(0).padStart(7)}  ${median.toFixed(0).padStart(9)}  ${path}`);
  }
}

await main(Number(process.argv[2] ?? 100_000));
