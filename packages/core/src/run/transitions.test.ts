// Every command against every status of a run: the table is total, and each cell is tried.
import { EverstepError } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { RUN_STATUSES, type RunStatus } from "../model/run.ts";
import { anEvent, anOp, doneResult, errorResult, opsResult } from "../testing/builders.ts";
import { startRun, type TestRun } from "../testing/test-run.ts";
import type { CallResult } from "@everstep/protocol";
import { decideCallResult } from "./decide-call-result.ts";
import { decideCancel } from "./decide-cancel.ts";
import { decideCheckpoint } from "./decide-checkpoint.ts";
import { decideStarted, decideTimer } from "./decide-timer.ts";
import { decideEventArrival, decideSignal } from "./decide-wait.ts";
import { patchRun, type Draft } from "./draft.ts";
import { endRun } from "./end-run.ts";
import { decideRequestResult } from "./ops/gateway.ts";

/** The status afterwards; `ignored`: nothing changes; `refused`: an error, and nothing changes. */
type Outcome = RunStatus | "ignored" | "refused";

const COMMANDS = [
  "started",
  "answered with ops",
  "answered with the result",
  "answered with a final error",
  "answered with an error",
  "request ended",
  "sleep over",
  "start timeout",
  "finish timeout",
  "event for a wait",
  "event for cancelOn",
  "signal",
  "checkpoint",
  "cancel",
] as const;
type CommandName = (typeof COMMANDS)[number];

const LIVE = {
  "answered with the result": "completed",
  "answered with a final error": "failed",
  "start timeout": "cancelled",
  "finish timeout": "cancelled",
  "event for cancelOn": "cancelled",
  cancel: "cancelled",
} as const;

const IGNORED = {
  started: "ignored",
  "answered with ops": "ignored",
  "answered with the result": "ignored",
  "answered with a final error": "ignored",
  "answered with an error": "ignored",
  "request ended": "ignored",
  "sleep over": "ignored",
  "start timeout": "ignored",
  "finish timeout": "ignored",
  "event for a wait": "ignored",
  "event for cancelOn": "ignored",
  signal: "ignored",
  checkpoint: "refused",
  cancel: "refused",
} as const;

const TRANSITIONS: Record<RunStatus, Record<CommandName, Outcome>> = {
  queued: {
    ...LIVE,
    started: "running",
    "answered with ops": "queued",
    "answered with an error": "queued",
    "request ended": "queued",
    "sleep over": "queued",
    "event for a wait": "queued",
    signal: "queued",
    checkpoint: "queued",
    // It counts from the start only.
    "finish timeout": "ignored",
  },
  running: {
    ...LIVE,
    started: "ignored",
    "answered with ops": "running",
    "answered with an error": "running",
    "request ended": "running",
    "sleep over": "running",
    "event for a wait": "running",
    signal: "running",
    checkpoint: "running",
    // The start took it away.
    "start timeout": "ignored",
  },
  completed: IGNORED,
  failed: IGNORED,
  cancelled: IGNORED,
  skipped: IGNORED,
};

interface Scene {
  readonly run: TestRun;
  readonly ids: Readonly<Record<"call" | "request" | "sleep" | "start" | "finish", number>>;
  readonly waits: Readonly<Record<"event" | "signal" | "cancel", string>>;
}

/** A run with everything open, brought to a status. */
function sceneOf(status: RunStatus): Scene {
  const timeouts = { startMs: 60_000, finishMs: 60_000 };
  const run = startRun({ config: { timeouts, cancel: [{ event: "shop/gone" }] } });
  const start = run.timer("start_timeout").id;
  if (status !== "queued") run.decide((draft) => decideStarted(draft, run.ctx.nowMs));
  run.answer([
    anOp("StepPlanned", "charge"),
    anOp("Sleep", "nap", { name: "1h" }),
    anOp("Gateway", "fetch"),
    anOp("WaitForEvent", "reply", { name: "shop/reply" }),
    anOp("WaitForSignal", "sign", { opts: { signal: "s" } }),
  ]);
  const waitId = (kind: string): string => run.waits().find((wait) => wait.kind === kind)?.id ?? "";
  const scene: Scene = {
    run,
    ids: {
      call: run.call("charge").id,
      request: run.timer("request").id,
      sleep: run.timer("sleep").id,
      start,
      finish: run.timers("finish_timeout")[0]?.id ?? -1,
    },
    waits: { event: waitId("event"), signal: waitId("signal"), cancel: waitId("cancel") },
  };
  if (status === "skipped") {
    // A run that was skipped never had any of this: what comes for it all the same is ignored.
    run.decide((draft) => patchRun(draft, { status }));
  }
  if (status === "completed" || status === "failed" || status === "cancelled") {
    run.decide((draft) => endRun(draft, { status }));
  }
  expect(run.head.status).toBe(status);
  return scene;
}

function answering(result: CallResult): (draft: Draft, scene: Scene) => void {
  return (draft, { ids }) =>
    decideCallResult(draft, { timerId: ids.call, generation: 1, startedAtMs: 0, result });
}

const REPLY = anEvent({ internalId: "01KJEVENT00000000000000009", name: "shop/reply" });

const DECISIONS: Record<CommandName, (draft: Draft, scene: Scene) => void> = {
  started: (draft) => decideStarted(draft, draft.ctx.nowMs),
  "answered with ops": answering(opsResult([anOp("StepRun", "charge")])),
  "answered with the result": answering(doneResult("1")),
  "answered with a final error": answering(errorResult({ retriable: false })),
  "answered with an error": answering(errorResult()),
  "request ended": (draft, { ids }) =>
    decideRequestResult(draft, {
      timerId: ids.request,
      generation: 1,
      startedAtMs: 0,
      result: { ok: true, status: 200, dataJson: "1" },
    }),
  "sleep over": (draft, { ids }) => decideTimer(draft, ids.sleep),
  "start timeout": (draft, { ids }) => decideTimer(draft, ids.start),
  "finish timeout": (draft, { ids }) => decideTimer(draft, ids.finish),
  "event for a wait": (draft, { waits }) => decideEventArrival(draft, waits.event, REPLY),
  "event for cancelOn": (draft, { waits }) => decideEventArrival(draft, waits.cancel, REPLY),
  signal: (draft, { waits }) => decideSignal(draft, waits.signal, "1"),
  checkpoint: (draft, { ids }) =>
    decideCheckpoint(draft, { ops: [anOp("StepRun", "x")], timerId: ids.call, startedAtMs: 0 }),
  cancel: (draft) => decideCancel(draft, "enough"),
};

function outcomeOf(scene: Scene, command: CommandName): Outcome {
  const before = scene.run.changes.length;
  try {
    scene.run.decide((draft) => DECISIONS[command](draft, scene));
  } catch (error) {
    if (!(error instanceof EverstepError)) throw error;
    expect(scene.run.changes).toHaveLength(before);
    return "refused";
  }
  return scene.run.changes.length === before ? "ignored" : scene.run.head.status;
}

describe("transitions", () => {
  const cells = RUN_STATUSES.flatMap((status) =>
    COMMANDS.map((command) => ({ status, command, outcome: TRANSITIONS[status][command] })),
  );
  it.each(cells)("[R3] a $status run, $command: $outcome", ({ status, command, outcome }) => {
    expect(outcomeOf(sceneOf(status), command)).toBe(outcome);
  });
});
