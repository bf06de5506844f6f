// What an app on the official SDK answers to the first call of the runs that are seeded: the same ops as the functions of
// apps/bench-functions.ts bring about when they are really called.
import { hashStepId, type CallResult, type Op, type ResponseFacts } from "@everstep/protocol";
import { SLEEP_STEP, WAIT_STEP } from "../apps/bench-functions.ts";

/** Execution version that both official SDKs answer with. */
const REQUEST_VERSION = 2;

function opsAnswer(op: Op): CallResult {
  const response: ResponseFacts = { status: 206, headers: {}, bodyBytes: 200 };
  return {
    kind: "ops",
    ops: [op],
    requestVersion: REQUEST_VERSION,
    response,
    noRetry: undefined,
    retryAfterText: undefined,
  };
}

export function waitAnswer(eventName: string): CallResult {
  const { id, timeout, if: expression } = WAIT_STEP;
  const opts = { event: eventName, if: expression, timeout };
  return opsAnswer({
    op: "WaitForEvent",
    id: hashStepId(id),
    name: eventName,
    displayName: id,
    opts,
    userland: {
      id,
      index: 0,
    },
  });
}

export function sleepAnswer(): CallResult {
  const { id, duration } = SLEEP_STEP;
  return opsAnswer({
    op: "Sleep",
    id: hashStepId(id),
    name: duration,
    displayName: id,
    opts: {},
    userland: {
      id,
      index: 0,
    },
  });
}

export function doneAnswer(): CallResult {
  return {
    kind: "done",
    outputJson: '{"ok":true}',
    response: {
      status: 200,
      headers: {},
      bodyBytes: 11,
    },
  };
}
