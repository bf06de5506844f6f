// The steps that wait for the end of a run: the one that invoked it, or each that invoked an event of its batch.
import type { EventRecord } from "@everstep/protocol";
import type { Draft } from "./draft.ts";
import { INVOKED_EVENT } from "./lifecycle-events.ts";

export interface Invoker {
  readonly correlationId: string;
  /** The event by which it invoked. */
  readonly event: EventRecord;
}

/** A rerun answers nobody: the run that it repeats has done so. */
export function invokersOf(draft: Draft): readonly Invoker[] {
  const { events } = draft;
  const { correlationId, flow, originalRunId } = draft.state.head;
  const [first] = events;
  if (correlationId !== undefined && first !== undefined) return [{ correlationId, event: first }];
  if (flow?.batchId === undefined || originalRunId !== undefined) return [];
  return events.flatMap((event) => {
    const id = correlationOf(event);
    return id === undefined ? [] : [{ correlationId: id, event }];
  });
}

/** The step that waits for what the event starts. Senders cannot use the event's name, so what it holds was written by the engine. */
export function correlationOf(event: EventRecord): string | undefined {
  if (event.name !== INVOKED_EVENT) return undefined;
  const data = JSON.parse(event.dataJson) as { _inngest?: { correlation_id?: unknown } };
  const id = data._inngest?.correlation_id;
  return typeof id === "string" ? id : undefined;
}
