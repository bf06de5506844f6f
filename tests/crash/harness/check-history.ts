// What the engine shows after it has come to rest, against what it acknowledged: every acked event is there with exactly
// the runs it owes, each ended once and rightly, and what was not acked is there wholly or not at all.
import { FAN_WIDTH } from "../apps/load-functions.ts";
import type { JournalFindings } from "./check-journal.ts";
import type { CrashClient, Run } from "./crash-client.ts";
import type { Load } from "./load.ts";
import { ARRAY_SIZE, type Expectation } from "./tasks.ts";

interface View {
  readonly client: CrashClient;
  readonly journal: JournalFindings;
  /** Internal function id -> short id. */
  readonly functions: ReadonlyMap<string, string>;
  /** Run id -> how many events say that it finished. */
  readonly finished: ReadonlyMap<string, number>;
  /** Run id -> the event that says it failed. */
  readonly failed: ReadonlyMap<string, string>;
}

export async function checkHistory(
  client: CrashClient,
  load: Load,
  journals: ReadonlyMap<string, JournalFindings>,
): Promise<string[]> {
  const complaints = [...load.failures];
  const [finished, failed] = await Promise.all([countEnds(client), failures(client)]);
  for (const [appId, journal] of journals) {
    const functions = await client.functionsOf(appId);
    const view: View = { client, journal, functions, finished, failed };
    const own = load.expectations.filter(({ label }) => label.endsWith(` of ${appId}`));
    complaints.push(...(await inParallel(own, (one) => checkExpectation(view, one))));
    complaints.push(...(await checkArrays(view, load, appId)));
  }
  for (const [runId, count] of finished) {
    if (count !== 1) complaints.push(`run ${runId} finished ${count} times`);
  }
  return complaints;
}

/** A few at a time: thousands of sockets would say nothing more. */
async function inParallel<T>(items: T[], check: (item: T) => Promise<string[]>): Promise<string[]> {
  const complaints: string[] = [];
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.pop(); item !== undefined; item = queue.pop()) {
      complaints.push(...(await check(item)));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return complaints;
}

async function checkExpectation(view: View, expectation: Expectation): Promise<string[]> {
  const { label, eventIds, functionId, status = "Completed", complain } = expectation;
  const runs: Run[] = [];
  for (const eventId of new Set(eventIds)) {
    const found = await view.client.ask(`/v1/events/${eventId}`);
    if (found?.status !== 200) return [`${label}: acked event ${eventId} is lost`];
    runs.push(...(await view.client.runsOf(eventId)));
  }
  const shown = runs.map((run) => `${run.run_id} ${view.functions.get(run.function_id)}`);
  const [run, ...more] = runs;
  if (functionId === undefined) {
    return runs.length === 0 ? [] : [`${label}: it started ${shown.join(", ")}, expected no run`];
  }
  if (run === undefined || more.length > 0) {
    return [`${label}: it has ${runs.length} runs (${shown.join(", ")}), expected 1`];
  }
  if (view.functions.get(run.function_id) !== functionId || run.status !== status) {
    return [`${label}: ${shown.join()} is ${run.status}, expected ${functionId} ${status}`];
  }
  const finished = view.finished.get(run.run_id) ?? 0;
  const complaints = finished === 1 ? [] : [`run ${run.run_id} finished ${finished} times`];
  const output = (run.output ?? {}) as Record<string, unknown>;
  if (status === "Completed") complaints.push(...checkOutput(view, run, output));
  if (status === "Failed") complaints.push(...(await checkMourned(view, run)));
  if (status === "Cancelled" && run.output != null)
    complaints.push("a cancelled run has an output");
  if (functionId === "fan") complaints.push(...(await checkLeaves(view, output)));
  complaints.push(...(complain?.(output, run) ?? []));
  return complaints.map((text) => `${label} (run ${run.run_id}): ${text}`);
}

/** Every token of the output was made by a step of this run, and is the one that was recorded. */
function checkOutput(view: View, run: Run, output: Record<string, unknown>): string[] {
  const tokens = (output["tokens"] ?? []) as { token: string }[];
  if (tokens.length === 0) return [`its output is ${JSON.stringify(run.output)}`];
  const made = view.journal.tokensOf(run.run_id);
  const unknown = tokens.filter(({ token }) => !made.has(token));
  const complaints = unknown.map(({ token }) => `no step of it made ${token}`);
  const shown = new Set(tokens.map(({ token }) => token));
  for (const token of view.journal.recordedTokensOf(run.run_id)) {
    if (made.has(token) && !shown.has(token)) {
      complaints.push(`its output lacks ${token}, which was recorded`);
    }
  }
  return complaints;
}

/** The onFailure function ran once, to its end. */
async function checkMourned(view: View, run: Run): Promise<string[]> {
  const eventId = view.failed.get(run.run_id);
  if (eventId === undefined) return ["no inngest/function.failed tells of it"];
  const runs = await view.client.runsOf(eventId);
  const [only] = runs;
  if (runs.length !== 1 || only?.status !== "Completed") {
    return [`its failure function has runs ${JSON.stringify(runs)}`];
  }
  const { failed } = only.output as { failed: string };
  return failed === run.run_id ? [] : [`its failure function was told of ${failed}`];
}

async function checkLeaves(view: View, output: Record<string, unknown>): Promise<string[]> {
  const ids = (output["ids"] ?? []) as string[];
  const complaints = ids.length === FAN_WIDTH ? [] : [`it sent ${ids.length} events`];
  for (const id of ids) {
    const leaf = { label: `leaf ${id}`, eventIds: [id], functionId: "leaf" };
    complaints.push(...(await checkExpectation(view, leaf)));
  }
  return complaints;
}

/** A request with an array, acked or not, is there once and whole or not at all. */
async function checkArrays(view: View, load: Load, appId: string): Promise<string[]> {
  const counts = new Map<unknown, number>();
  for (const { data } of await view.client.eventsNamed(`${appId}/leaf`)) {
    counts.set(data["key"], (counts.get(data["key"]) ?? 0) + 1);
  }
  return load.arrays
    .filter((array) => array.appId === appId)
    .map(({ key }) => ({ key, count: counts.get(key) ?? 0 }))
    .filter(({ count }) => count !== 0 && count !== ARRAY_SIZE)
    .map(({ key, count }) => `array ${key}: ${count} of ${ARRAY_SIZE} events are there`);
}

async function countEnds(client: CrashClient): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { data } of await client.eventsNamed("inngest/function.finished")) {
    const runId = String(data["run_id"]);
    counts.set(runId, (counts.get(runId) ?? 0) + 1);
  }
  return counts;
}

async function failures(client: CrashClient): Promise<Map<string, string>> {
  const events = await client.eventsNamed("inngest/function.failed");
  return new Map(events.map((event) => [String(event.data["run_id"]), event.internal_id]));
}
