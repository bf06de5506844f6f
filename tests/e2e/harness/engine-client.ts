// What tests do at the engine beside the browser: send events, and read REST v2 until it says what a test waits for.
import { inject } from "vitest";
import type { ApiAnswer, Run } from "@everstep/api";

const WAIT_MAX_MS = 30_000;
const PAUSE_MS = 25;

/** @returns Internal id of the event. */
export async function sendEvent(name: string, data: object): Promise<string> {
  const { eventId } = (await request<ApiAnswer<"sendEvent">>("POST", "/events", { name, data }))
    .data;
  return eventId;
}

export async function read<Answer>(path: string): Promise<Answer> {
  return request<Answer>("GET", path);
}

/** The run of this function that the event started, once it is as wanted. */
export function runOf(
  eventId: string,
  functionId: string,
  isWanted: (run: Run) => boolean = () => true,
): Promise<Run> {
  return until(`a run of ${functionId} for ${eventId}`, async () => {
    const { data } = await read<ApiAnswer<"listEventRuns">>(`/events/${eventId}/runs`);
    return data.find((run) => run.function.slug.endsWith(`-${functionId}`) && isWanted(run));
  });
}

/** Asks again until there is an answer. The engine has no other way to tell a test what a page is to show. */
export async function until<Value>(
  what: string,
  ask: () => Promise<Value | undefined>,
): Promise<Value> {
  const endMs = Date.now() + WAIT_MAX_MS;
  for (;;) {
    const value = await ask();
    if (value !== undefined) return value;
    if (Date.now() > endMs) throw new Error(`${what} did not come about in ${WAIT_MAX_MS} ms`);
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSE_MS);
    });
  }
}

async function request<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${inject("engineUrl")}/v2${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok)
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
