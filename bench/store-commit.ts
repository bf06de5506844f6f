// How fast the SQLite store commits, and what a commit costs the thread that asks for it: writer thread against inline.
// Decided docs/decisions/0003. Run: node bench/store-commit.ts [seconds per case]
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { Change, Store } from "@everstep/core";
import { openFileConnection, openSqliteStore, type SqliteStore } from "@everstep/store-sqlite";

const caseMs = Number(process.argv[2] ?? "3") * 1_000;
const RUNS = 1_000;
const ROWS_PER_STEP = 5;

const directory = mkdtempSync(join(process.env["BENCH_DIR"] ?? tmpdir(), "store-commit-"));
try {
  measureFsync(join(directory, "reference"));
  for (const stepsPerCommit of [1, 10, 100, 1_000]) {
    for (const mode of ["inline", "thread"] as const) {
      const path = join(directory, `${mode}-${stepsPerCommit}.db`);
      const opened = open(mode, path);
      await runCase(mode, opened.store, stepsPerCommit);
      await opened.close();
    }
  }
} finally {
  rmSync(directory, { recursive: true });
}

function open(mode: "inline" | "thread", path: string): SqliteStore {
  if (mode === "thread") return openSqliteStore({ path });
  const database = openFileConnection(path);
  const opened = openSqliteStore({ path, database });
  return {
    ...opened,
    close: async () => {
      await opened.close();
      database.close();
    },
  };
}

/** The reference of this machine at this moment: no durable commit can be faster than its fsync. */
function measureFsync(path: string): void {
  const file = openSync(path, "w");
  const page = Buffer.alloc(4_096, 1);
  let count = 0;
  const startedAt = performance.now();
  for (; performance.now() - startedAt < 1_000; count += 1) {
    writeSync(file, page, 0, page.length, (count % 1_000) * page.length);
    fdatasyncSync(file);
  }
  closeSync(file);
  process.stdout.write(`reference: ${count} writes of 4 KB with fdatasync in a second\n`);
}

async function runCase(mode: string, store: Store, stepsPerCommit: number): Promise<void> {
  await store.open();
  await store.commit(Array.from({ length: RUNS }, (_, index) => addRun(index)));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const latencies: number[] = [];
  let position = 0;
  delay.enable();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const loopBefore = performance.eventLoopUtilization();
  while (performance.now() - startedAt < caseMs) {
    const changes: Change[] = [];
    for (let index = 0; index < stepsPerCommit; index += 1) {
      addStep(changes, position);
      position += 1;
    }
    const commitAt = performance.now();
    await store.commit(changes);
    latencies.push(performance.now() - commitAt);
    // Gives the loop its turn, as sockets would.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const elapsedMs = performance.now() - startedAt;
  const loop = performance.eventLoopUtilization(loopBefore);
  const cpu = process.cpuUsage(cpuBefore);
  delay.disable();
  latencies.sort((a, b) => a - b);
  const at = (share: number): string =>
    (latencies[Math.floor((latencies.length - 1) * share)] ?? 0).toFixed(2);
  const perSecond = (count: number): string =>
    Math.round((count * 1_000) / elapsedMs).toLocaleString("en");
  process.stdout.write(
    `${mode.padEnd(6)} ${String(stepsPerCommit).padStart(5)} steps/commit: ` +
      `${perSecond(latencies.length).padStart(6)} commits/s ${perSecond(position).padStart(8)} steps/s ` +
      `${perSecond(position * ROWS_PER_STEP).padStart(8)} row writes/s  ` +
      `commit ms p50 ${at(0.5)} p99 ${at(0.99)} max ${at(1)}  ` +
      `cpu ${((cpu.user + cpu.system) / position).toFixed(1)} us/step  ` +
      `loop busy ${(loop.utilization * 100).toFixed(0)}% stall p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms\n`,
  );
}

function runId(index: number): string {
  return `01JD0000000000000000${String(index).padStart(6, "0")}`;
}

function addRun(index: number): Change {
  return {
    type: "run_added",
    run: {
      id: runId(index),
      functionId: "11111111-2222-3333-4444-555555555555",
      functionVersion: 1,
      status: "queued",
      eventIds: [`01JE0000000000000000${String(index).padStart(6, "0")}`],
      eventName: "shop/order.created",
      orderKey: 1_700_000_000_000 * 4_096 + index,
      createdAtMs: 1_700_000_000_000 + index,
      requestVersion: -1,
      pendingStepIds: [],
      stepCount: 0,
      stateBytes: 0,
    },
  };
}

/** What one sequential step writes: the step, the attempt, the next call's timer in, the last one's out, the head. */
function addStep(changes: Change[], position: number): void {
  const id = runId(position % RUNS);
  const atMs = 1_700_000_000_000 + position;
  const stepPosition = Math.floor(position / RUNS);
  const stepId = position.toString(16).padStart(40, "a");
  const functionId = "11111111-2222-3333-4444-555555555555";
  const times = { queuedAtMs: atMs, startedAtMs: atMs, endedAtMs: atMs };
  const outputJson = `{"type":"data","data":{"orderId":"o_${position}","total":1234,"currency":"EUR"}}`;
  changes.push(
    {
      type: "step_added",
      step: {
        runId: id,
        stepId,
        position: stepPosition,
        op: "StepRun",
        name: "charge the card",
        outputJson,
        failed: false,
        attempt: 0,
        ...times,
      },
    },
    {
      type: "attempt_added",
      attempt: {
        runId: id,
        generation: position,
        stepId,
        stepName: "charge the card",
        attempt: 0,
        status: "succeeded",
        httpStatus: 206,
        ...times,
      },
    },
    {
      type: "timer_added",
      timer: {
        id: position + RUNS,
        kind: "call",
        runId: id,
        functionId,
        dueAtMs: atMs,
        orderKey: atMs * 4_096,
        attempt: 0,
        queuedAtMs: atMs,
      },
    },
    { type: "timer_removed", timerId: position, runId: id },
    {
      type: "run_patched",
      runId: id,
      patch: { stepCount: stepPosition + 1, stateBytes: outputJson.length * stepPosition },
    },
  );
}
