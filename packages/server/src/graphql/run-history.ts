// The legacy history of a run: a flat list of what happened, in order. Derived from the same spans as the trace, so that
// the two views cannot disagree. An item's id is fixed by the run, the span and the kind of item.
import { createHash } from "node:crypto";
import type { FunctionRecord, RunHead } from "@everstep/core";
import { uuidFrom } from "@everstep/protocol";
import type { RequestContext } from "./request-context.ts";
import { spanOutputOf } from "./span-output.ts";
import { readTrace } from "./trace-view.ts";
import type { OutputRef, Span } from "./trace-tree.ts";
import type { View } from "./view.ts";
import { yieldingList } from "./yielding-list.ts";

interface Item {
  readonly span: Span;
  readonly type: string;
  readonly atMs: number;
  readonly output?: OutputRef | undefined;
  /** It ends the span, so it carries the span's result. */
  readonly isEnd?: boolean;
}

export async function historyView(
  context: RequestContext,
  run: RunHead,
): Promise<readonly View[] | AsyncIterable<View>> {
  const { root, record } = await readTrace(context, run);
  const items = historyItems(root);
  context.spend(items.length);
  return yieldingList(items, (item) => itemView(context, run, record, item));
}

/** JSON of the data, or of the error, of one item; undefined when it has none. */
export async function historyItemOutput(
  context: RequestContext,
  run: RunHead,
  id: string,
): Promise<string | undefined> {
  const { root } = await readTrace(context, run);
  const item = historyItems(root).find((each) => itemId(run, each) === id);
  if (item?.output === undefined) return undefined;
  const { data, error } = await spanOutputOf(context, item.output);
  if (error != null) return JSON.stringify(error);
  return typeof data === "string" ? data : undefined;
}

function historyItems(root: Span): readonly Item[] {
  const items: Item[] = [{ span: root, type: "FunctionScheduled", atMs: root.queuedAtMs }];
  if (root.startedAtMs !== undefined) {
    items.push({ span: root, type: "FunctionStarted", atMs: root.startedAtMs });
  }
  for (const span of root.children) items.push(...(span.step ? stepItems(span) : []));
  if (root.endedAtMs !== undefined) {
    const type = `Function${root.status.charAt(0).toUpperCase()}${root.status.slice(1)}`;
    items.push({ span: root, type, atMs: root.endedAtMs, output: root.output, isEnd: true });
  }
  // Stable: what happened in one instant stays in the order of its cause.
  return items.toSorted((left, right) => left.atMs - right.atMs);
}

const WAITING_TYPES: Readonly<Record<string, string>> = {
  SLEEP: "StepSleeping",
  WAIT_FOR_EVENT: "StepWaiting",
  WAIT_FOR_SIGNAL: "StepWaiting",
  INVOKE: "StepInvoking",
};

function stepItems(span: Span): readonly Item[] {
  const items: Item[] = [];
  const waiting = WAITING_TYPES[span.step?.op ?? ""];
  if (waiting === undefined) {
    items.push({ span, type: "StepScheduled", atMs: span.queuedAtMs });
    if (span.startedAtMs !== undefined) {
      items.push({ span, type: "StepStarted", atMs: span.startedAtMs });
    }
  } else {
    items.push({ span, type: waiting, atMs: span.queuedAtMs });
  }
  const last = span.children.at(-1);
  for (const attempt of span.children) {
    if (attempt.status !== "failed" || attempt.endedAtMs === undefined) continue;
    if (attempt === last && span.status === "failed") continue;
    const { output, endedAtMs } = attempt;
    items.push({
      span: { ...attempt, name: span.name, step: span.step },
      type: "StepErrored",
      atMs: endedAtMs,
      output,
      isEnd: true,
    });
  }
  if (span.endedAtMs !== undefined && span.status !== "cancelled") {
    const type = span.status === "failed" ? "StepFailed" : "StepCompleted";
    items.push({ span, type, atMs: span.endedAtMs, output: span.output, isEnd: true });
  }
  return items;
}

const STEP_TYPES: Readonly<Record<string, string>> = {
  RUN: "Run",
  AI_GATEWAY: "Run",
  SEND_EVENT: "Send",
  SLEEP: "Sleep",
  WAIT_FOR_EVENT: "Wait",
  WAIT_FOR_SIGNAL: "Wait",
  INVOKE: "Invoke",
};

function itemView(context: RequestContext, run: RunHead, record: FunctionRecord, item: Item): View {
  const { span, atMs } = item;
  const { step } = span;
  return {
    id: () => itemId(run, item),
    type: item.type,
    createdAt: atMs,
    attempt: Math.max(0, (span.attempts ?? 1) - 1),
    functionVersion: run.functionVersion,
    groupID: () => (step === undefined ? null : uuidFrom(run.id, step.stepId)),
    stepName: step === undefined ? null : span.name,
    stepType: step === undefined ? null : STEP_TYPES[step.op],
    url: record.config.url,
    ...infoFields(run, item),
    result: () => (item.isEnd === true ? resultView(context, record, span) : null),
  };
}

function infoFields(run: RunHead, { span, type }: Item): View {
  const info = span.step?.info;
  const isEnd = type === "StepCompleted" || type === "StepFailed";
  if (info?.kind === "sleep" && !isEnd) return { sleep: { until: info.untilMs } };
  if (info?.kind === "event" && !isEnd) {
    const eventName = info.eventName ?? span.name;
    const { expression, timeoutMs } = info;
    return { waitForEvent: { eventName, expression, timeout: timeoutMs } };
  }
  if (info?.kind === "event") {
    return { waitResult: { eventID: info.foundEventId, timeout: info.timedOut === true } };
  }
  if (info?.kind === "invoke" && !isEnd) {
    return {
      invokeFunction: {
        eventID: info.triggeringEventId,
        functionID: info.functionSlug,
        correlationID: `${run.id}.${span.step?.stepId ?? ""}`,
        timeout: info.timeoutMs,
      },
    };
  }
  if (info?.kind !== "invoke") return {};
  const { returnEventId, runId, timedOut } = info;
  const result = { eventID: returnEventId, timeout: timedOut === true, runID: runId };
  return { invokeFunctionResult: result };
}

function resultView(context: RequestContext, record: FunctionRecord, span: Span): View {
  const app = context.findApp(record.appId);
  const [sdkLanguage = "", sdkVersion = ""] = (app?.sdk ?? "").split(":v");
  const size = async (): Promise<number> => {
    if (span.output === undefined) return 0;
    const { data } = await spanOutputOf(context, span.output);
    return typeof data === "string" ? Buffer.byteLength(data) : 0;
  };
  return {
    durationMS: Math.max(0, (span.endedAtMs ?? 0) - (span.startedAtMs ?? span.endedAtMs ?? 0)),
    errorCode: null,
    framework: app?.framework,
    platform: app?.platform,
    sdkLanguage,
    sdkVersion,
    sizeBytes: size,
  };
}

/** A ULID's form: its time characters are the run's, so that ids of a run sort together. */
function itemId(run: RunHead, { span, type, atMs }: Item): string {
  const digest = createHash("sha1").update(`${run.id} ${span.key} ${type} ${atMs}`).digest();
  const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const random = [...digest.subarray(0, 16)].map((byte) => alphabet.charAt(byte & 31));
  return run.id.slice(0, 10) + random.join("");
}
