// The record that an app under test keeps of everything it did, one JSON line each, appended synchronously: it survives the
// engine, and its order is the order in which things happened in the app.
import { openSync, writeSync } from "node:fs";

/** A call of the engine has arrived, with the outputs of the steps that it says are complete (hashed id -> JSON text). */
export interface CallRecord {
  readonly kind: "call";
  readonly atMs: number;
  readonly call: number;
  readonly runId: string;
  readonly functionId: string;
  readonly generation: number;
  readonly attempt: number;
  readonly steps: Readonly<Record<string, string>>;
}

/** User code of a step has begun. */
export interface ExecutionRecord {
  readonly kind: "execution";
  readonly atMs: number;
  readonly call: number;
  readonly runId: string;
  readonly step: string;
  readonly attempt: number;
  readonly token: string;
}

/** The engine has answered 200 to a checkpoint of these steps (hashed id -> JSON text of what was sent). */
export interface RecordedRecord {
  readonly kind: "recorded";
  readonly atMs: number;
  readonly runId: string;
  readonly steps: Readonly<Record<string, string>>;
}

/** User code has come to a step that takes time, for the first time or again. */
export interface ReachedRecord {
  readonly kind: "reached";
  readonly atMs: number;
  readonly runId: string;
  readonly step: string;
  /** The step may not be over sooner than this long after `atMs`. */
  readonly lastsMs: number;
}

/** The answer of a call has left the app's user space. */
export interface AnsweredRecord {
  readonly kind: "answered";
  readonly atMs: number;
  readonly call: number;
  readonly runId: string;
  readonly status: number;
}

export type JournalRecord =
  | CallRecord
  | ExecutionRecord
  | RecordedRecord
  | ReachedRecord
  | AnsweredRecord;

export type Journal = (record: JournalRecord) => void;

export function openJournal(path: string): Journal {
  const file = openSync(path, "a", 0o600);
  return (record) => {
    writeSync(file, `${JSON.stringify(record)}\n`);
  };
}
