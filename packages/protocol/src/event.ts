// The event as it is stored and as it is sent to apps. `id` and `internalId` differ when the sender chose an id.
import type { JsonObject, JsonText } from "./json.ts";

/** One accepted event. `dataJson` and `userJson` are canonical JSON text of objects, never parsed on the hot path. */
export interface EventRecord {
  /** ULID that the engine gave it (or the sender's seed header did). Unique. */
  readonly internalId: string;
  /** The sender's idempotency id, or `internalId` when the sender gave none. */
  readonly id: string;
  readonly name: string;
  readonly dataJson: JsonText;
  /** Absent when the sender gave none; apps receive `{}` then. */
  readonly userJson?: JsonText;
  readonly v?: string;
  /** `{ sessions?: … }` as canonical JSON text. */
  readonly metaJson?: JsonText;
  /** Time of the event as its sender says, epoch ms. In the future: runs start then. */
  readonly tsMs: number;
  /** Time the engine took it in, epoch ms. */
  readonly receivedAtMs: number;
}

/** An event as a sender posted it, after validation and with defaults filled, before it has an internal id. */
export interface EventInput {
  readonly id?: string;
  readonly name: string;
  readonly data: JsonObject;
  readonly user?: JsonObject;
  readonly v?: string;
  readonly meta?: JsonObject;
  readonly tsMs?: number;
}
