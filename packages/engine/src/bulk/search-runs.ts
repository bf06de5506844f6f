// Which of some runs a search finds: it sees their events, outputs and errors.
import type { History, RunHead, Search } from "@everstep/core";
import { eventToWireJson } from "@everstep/protocol";

/** Those that fit, in their order. Events are read only when the search names them. */
export async function searchRuns(
  history: History,
  search: Search,
  runs: readonly RunHead[],
): Promise<readonly RunHead[]> {
  const events = new Map<string, unknown>();
  if (search.readsEvent) {
    const ids = new Set(runs.flatMap((run) => run.eventIds[0] ?? []));
    for (const event of await history.findEvents([...ids])) {
      events.set(event.internalId, JSON.parse(eventToWireJson(event)));
    }
  }
  return runs.filter((run) => {
    const output = run.status === "completed" ? run.outputJson : undefined;
    return search.matches({
      event: events.get(run.eventIds[0] ?? ""),
      output: output === undefined ? null : JSON.parse(output),
      error: run.error ?? null,
    });
  });
}
