// An admission while it is decided: what it reads, and what it has changed so far.
import type { EventRecord } from "@everstep/protocol";
import type { Change } from "../model/change.ts";
import type { DecideContext } from "../run/context.ts";
import type { FollowUp } from "../run/draft.ts";
import { encodeError } from "../run/encode.ts";
import type { AdmissionState, Candidate } from "./candidate.ts";
import { refusalOf, type OutcomeFacts } from "./flow-outcome.ts";
import type { AdmissionPlan } from "./plan-admission.ts";

export interface Deciding {
  readonly plan: AdmissionPlan;
  readonly candidate: Candidate;
  /** The first event; of an arrival the only one. */
  readonly event: EventRecord;
  readonly state: AdmissionState;
  readonly ctx: DecideContext;
  readonly changes: Change[];
  readonly followUps: FollowUp[];
  readonly warnings: string[];
}

/** @param eventId Whose outcome it is; by default the candidate's. */
export function addOutcome(deciding: Deciding, facts: OutcomeFacts, eventId?: string): void {
  const { candidate, event, ctx } = deciding;
  const of = { eventId: eventId ?? event.internalId, functionId: candidate.function.id };
  deciding.changes.push({
    type: "event_outcome_added",
    outcome: { ...facts, ...of, atMs: ctx.nowMs },
  });
}

/** The step that waits for this function gets an error at once. */
export function answerInvoker(
  deciding: Deciding,
  why: string,
  correlationId: string | undefined,
): void {
  if (correlationId === undefined) return;
  const outputJson = encodeError(refusalOf(deciding.candidate.function, why));
  deciding.followUps.push({ type: "settle_invoke", correlationId, outputJson });
}
