// InvokeFunction: sends inngest/function.invoked to one function and waits for the end of the run it starts.
import {
  LIMITS,
  canonicalJson,
  type EventRecord,
  type JsonObject,
  type Op,
} from "@everstep/protocol";
import type { FunctionRecord } from "../../model/app.ts";
import { continueRun, saveStep } from "../continue-run.ts";
import type { Draft } from "../draft.ts";
import { encodeError } from "../encode.ts";
import { endRun } from "../end-run.ts";
import { FINISHED_EVENT, INVOKED_EVENT } from "../lifecycle-events.ts";
import { opFacts } from "../op-facts.ts";
import { isKnownStep } from "./step-planned.ts";
import { openStepWait, readTimeout } from "./step-wait.ts";

export function applyInvoke(draft: Draft, op: Op): void {
  if (isKnownStep(draft, op.id)) return;
  const { state, ctx } = draft;
  const id = op.opts["function_id"];
  const target = typeof id === "string" ? id : "";
  const fn = ctx.findFunction(target);
  if (fn === undefined) {
    failInvoke(draft, op, target);
    return;
  }
  const raw = op.opts["timeout"];
  const timeout = readTimeout(
    draft,
    "step.invoke",
    raw === "" ? undefined : raw,
    LIMITS.waitDefaultMs,
  );
  if (!timeout.ok) {
    endRun(draft, { status: "failed", error: timeout.error });
    return;
  }
  const correlationId = `${state.head.id}.${op.id}`;
  const event = invokedEvent(draft, op, fn, { correlationId, expiresAtMs: timeout.atMs });
  const invoked = { functionId: fn.id, eventId: event.internalId };
  const wait = { eventName: FINISHED_EVENT, matchKey: correlationId, invoked };
  openStepWait(draft, op, { kind: "invoke", ...wait }, timeout.atMs);
  draft.followUps.push({ type: "event", event, target: { functionId: fn.id, correlationId } });
}

function failInvoke(draft: Draft, op: Op, target: string): void {
  const { nowMs } = draft.ctx;
  const facts = opFacts(op);
  saveStep(draft, facts, {
    outputJson: encodeError({
      name: "Error",
      message: `step.invoke: no function with the id "${target}" is registered. Check the id ("<app>-<function>") and that its app is synced.`,
    }),
    failed: true,
    attempt: 0,
    queuedAtMs: nowMs,
    startedAtMs: nowMs,
  });
  continueRun(draft, facts);
}

function invokedEvent(
  draft: Draft,
  op: Op,
  fn: FunctionRecord,
  call: { correlationId: string; expiresAtMs: number | undefined },
): EventRecord {
  const { ctx } = draft;
  const payload = objectOf(op.opts["payload"]);
  const internalId = ctx.newUlid(ctx.nowMs);
  const inngest: JsonObject = {
    correlation_id: call.correlationId,
    ...(call.expiresAtMs === undefined ? {} : { expire: call.expiresAtMs }),
    fn_id: fn.config.slug,
    name: INVOKED_EVENT,
    source_app_id: draft.function.appId,
    source_fn_id: draft.function.id,
    source_fn_v: draft.function.version,
  };
  const v = payload["v"];
  return {
    internalId,
    id: internalId,
    name: INVOKED_EVENT,
    dataJson: canonicalJson({ ...objectOf(payload["data"]), _inngest: inngest }),
    ...(payload["user"] === undefined
      ? {}
      : { userJson: canonicalJson(objectOf(payload["user"])) }),
    ...(payload["meta"] === undefined ? {} : { metaJson: canonicalJson(payload["meta"]) }),
    ...(typeof v === "string" ? { v } : {}),
    tsMs: ctx.nowMs,
    receivedAtMs: ctx.nowMs,
  };
}

function objectOf(value: unknown): JsonObject {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject) : {};
}
