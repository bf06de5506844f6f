// A little of everything that the test app does, so that pages have something to show.
import type { ApiAnswer, Run } from "@everstep/api";

const WAIT_MS = 100;
const TRIES = 300;

export interface Scene {
  /** An order that one function took and another filtered out. */
  readonly eventId: string;
  /** Of that order. */
  readonly runId: string;
  readonly failedRunId: string;
  /** That logged. */
  readonly talkedRunId: string;
}

export async function playScene(engineUrl: string): Promise<Scene> {
  const send = async (name: string, data: object): Promise<string> => {
    const init = { method: "POST", body: JSON.stringify({ name, data }) };
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${engineUrl}/v2/events`, { ...init, headers });
    if (!response.ok) throw new Error(`send: ${response.status} ${await response.text()}`);
    return ((await response.json()) as ApiAnswer<"sendEvent">).data.eventId;
  };
  const runOf = async (eventId: string): Promise<Run> => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const response = await fetch(`${engineUrl}/v2/events/${eventId}/runs`);
      const { data } = (await response.json()) as ApiAnswer<"listEventRuns">;
      const [run] = data;
      if (run?.endedAt !== undefined) return run;
      await new Promise((resolve) => {
        setTimeout(resolve, WAIT_MS);
      });
    }
    throw new Error(`The run of ${eventId} did not end.`);
  };
  for (const card of ["4242", "4343", "4444"]) await send("test/declined", { card });
  await send("test/asked", { key: "a" });
  await send("test/tired", {});
  await send("test/nobody-listens", { note: "hello" });
  await send("test/order", { item: "cup", count: 500, customer: { email: "grace@example.com" } });
  const eventId = await send("test/order", {
    item: "tea",
    count: 2,
    customer: { email: "ada@example.com", name: "Ada" },
  });
  const failed = await send("test/declined", { card: "4545" });
  const talked = await send("test/talk", { text: "the bank said no", count: 12, failures: 1 });
  return {
    eventId,
    runId: (await runOf(eventId)).id,
    failedRunId: (await runOf(failed)).id,
    talkedRunId: (await runOf(talked)).id,
  };
}
