// How an event travels to an app: one canonical JSON text. Invariant: keys are written in sorted order and the parts are
// already canonical, so the result is canonical without parsing anything.
import type { EventRecord } from "./event.ts";
import type { JsonText } from "./json.ts";

/** The event as call requests, `waitForEvent` results and lifecycle events carry it; `user` is always present. */
export function eventToWireJson(event: EventRecord): JsonText {
  const meta = event.metaJson === undefined ? "" : `,"meta":${event.metaJson}`;
  const version = event.v === undefined ? "" : `,"v":${JSON.stringify(event.v)}`;
  return (
    `{"data":${event.dataJson},"id":${JSON.stringify(event.id)}${meta}` +
    `,"name":${JSON.stringify(event.name)},"ts":${event.tsMs}` +
    `,"user":${event.userJson ?? "{}"}${version}}`
  );
}
