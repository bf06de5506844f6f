// What the calling thread and the writer thread say to each other. One reply per batch, in order.
import type { WriteGroup } from "./write-tables.ts";

export interface WriterSettings {
  readonly path: string;
}

export type WriterRequest = readonly WriteGroup[] | "close";

/** null: committed. Errors lose their class on the way between threads, so only their facts travel. */
export type WriterReply = null | WriterFailure;

export interface WriterFailure {
  readonly message: string;
  readonly sqliteCode: number | undefined;
}
