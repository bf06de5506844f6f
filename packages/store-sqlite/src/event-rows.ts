// Events to rows and back.
import type { EventRecord } from "@everstep/protocol";
import type { PayloadReader } from "./payload-reader.ts";
import { INSERT_TABLES, type SqlValue } from "./write-tables.ts";

export const EVENT_COLUMNS: string = INSERT_TABLES.events.columns.join(", ");

export type EventRow = [
  internalId: string,
  name: string,
  receivedAtMs: number,
  tsMs: number,
  senderId: string | null,
  v: string | null,
  metaJson: string | null,
  userJson: string | null,
  data: string | Uint8Array,
];

export function toEventRow(event: EventRecord): SqlValue[] {
  return [
    event.internalId,
    event.name,
    event.receivedAtMs,
    event.tsMs,
    event.id === event.internalId ? null : event.id,
    event.v ?? null,
    event.metaJson ?? null,
    event.userJson ?? null,
    event.dataJson,
  ];
}

export function fromEventRow(row: EventRow, readPayload: PayloadReader): EventRecord {
  const [internalId, name, receivedAtMs, tsMs, senderId, v, metaJson, userJson, data] = row;
  return {
    internalId,
    id: senderId ?? internalId,
    name,
    dataJson: readPayload(data),
    ...(userJson === null ? {} : { userJson }),
    ...(v === null ? {} : { v }),
    ...(metaJson === null ? {} : { metaJson }),
    tsMs,
    receivedAtMs,
  };
}
