// What happens to a run when something it waits for arrives. The first arrival wins; a wait that is gone changes nothing.
import { eventToWireJson, type EventRecord, type JsonText } from "@everstep/protocol";
import type { StepRecord } from "../model/run.ts";
import type { Wait } from "../model/wait.ts";
import { continueRun, saveStep } from "./continue-run.ts";
import { isEnded, removeWait, type Draft } from "./draft.ts";
import { encodeData } from "./encode.ts";
import { endRun } from "./end-run.ts";

/** An event arrived that matches a wait of this run (a step's, or a cancelOn rule). */
export function decideEventArrival(draft: Draft, waitId: string, event: EventRecord): void {
  const wait = draft.state.waits.get(waitId);
  if (wait === undefined || isEnded(draft.state)) return;
  if (wait.kind === "cancel") {
    endRun(draft, {
      status: "cancelled",
      endReason: `the event "${event.name}" (${event.internalId}) matched cancelOn`,
    });
    return;
  }
  resolve(draft, wait, eventToWireJson(event), { eventId: event.internalId });
}

/** The run that a step.invoke started has ended. @param outputJson Encoded `{"data":…}` or `{"error":…}`. */
export function decideInvokeSettled(
  draft: Draft,
  waitId: string,
  settled: { outputJson: JsonText; runId?: string | undefined },
): void {
  const wait = draft.state.waits.get(waitId);
  if (wait?.kind !== "invoke") return;
  resolve(
    draft,
    wait,
    settled.outputJson,
    settled.runId === undefined ? undefined : { runId: settled.runId },
  );
}

/** @param dataJson The signal's payload as canonical JSON. */
export function decideSignal(draft: Draft, waitId: string, dataJson: JsonText): void {
  const wait = draft.state.waits.get(waitId);
  if (wait?.kind !== "signal") return;
  const payload = `{"data":${dataJson},"signal":${JSON.stringify(wait.matchKey)}}`;
  resolve(draft, wait, encodeData(payload), undefined);
}

function resolve(
  draft: Draft,
  wait: Wait,
  outputJson: JsonText,
  resolvedBy: StepRecord["resolvedBy"],
): void {
  if (wait.op === undefined || isEnded(draft.state)) return;
  removeWait(draft, wait);
  saveStep(draft, wait.op, {
    outputJson,
    failed: wait.kind === "invoke" && outputJson.startsWith('{"error":'),
    attempt: 0,
    queuedAtMs: wait.createdAtMs,
    startedAtMs: wait.createdAtMs,
    ...(resolvedBy === undefined ? {} : { resolvedBy }),
  });
  continueRun(draft, wait.op);
}
