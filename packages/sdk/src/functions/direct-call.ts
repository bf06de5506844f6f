// Calls a handler without an engine, for unit tests (R8): fills in what the test left out, and nothing else. Steps are whatever
// the test gives; without any, each tool explains how to get one.
import type { Logger } from "./definition.ts";
import type { DirectCallContext } from "./handler-context.ts";

let callCount = 0;

/** The complete context for a partial one. */
export function toDirectContext(
  partial: DirectCallContext,
  given: { readonly functionId: string; readonly logger: Logger; readonly nowMs: number },
): Record<string, unknown> {
  callCount += 1;
  const [firstEvent] = partial.events ?? [];
  const event = toReceived(partial.event ?? firstEvent ?? {}, given.nowMs);
  const events = partial.events?.map((each) => toReceived(each, given.nowMs)) ?? [event];
  const runId = partial.runId ?? `test-run-${callCount}`;
  return {
    runId,
    attempt: 0,
    logger: given.logger,
    replaying: false,
    ...partial,
    event,
    events,
    step: partial.step ?? missingTools(given.functionId, "step", "mockStep()"),
    group:
      partial["group"] ?? missingTools(given.functionId, "group", "a mock of the tools it uses"),
  };
}

function toReceived(event: object, nowMs: number): Record<string, unknown> {
  return { id: `test-event-${callCount}`, name: "test/event", data: {}, ts: nowMs, ...event };
}

function missingTools(functionId: string, member: string, remedy: string): object {
  return new Proxy(
    {},
    {
      get(_target, tool): unknown {
        if (typeof tool === "symbol" || tool === "then") return undefined;
        throw new TypeError(
          `Function "${functionId}" used ${member}.${tool} in a direct call that gave no "${member}": pass { ${member}: ${remedy} }.`,
        );
      },
    },
  );
}
