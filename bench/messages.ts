// What the processes of a benchmark say to each other over IPC. Apps count by themselves and speak once per measurement, so
// that counting costs them nothing.

/** The ways in which the SDKs are used: the official ones, and ours. `-calls`: without checkpoints, a call for each step. */
export type VariantName = "v3" | "v4" | "v4-calls" | "everstep" | "everstep-calls";

export interface AppSettings {
  readonly appId: string;
  /** Absent: the SDK's own default. */
  readonly checkpointing?: boolean;
}

/** Asks an app to count a topic from 0 and to tell when it has reached `count`. */
export interface ExpectMessage {
  readonly kind: "expect";
  readonly topic: string;
  readonly count: number;
}

/** Opens or shuts the gate before which some handlers wait. */
export interface GateMessage {
  readonly kind: "gate";
  readonly isOpen: boolean;
}

export interface ListeningMessage {
  readonly kind: "listening";
  readonly port: number;
}

export interface ReachedMessage {
  readonly kind: "reached";
  readonly topic: string;
  /** When the first of them was counted. */
  readonly firstAtMs: number;
  readonly atMs: number;
}

/** One thing that happened in a handler, for workloads that look at single runs. */
export interface MarkMessage {
  readonly kind: "mark";
  readonly topic: string;
  /** `data.key` of the run's event. */
  readonly key: string;
  readonly atMs: number;
  /** When each step of the run was executed. */
  readonly stepsAtMs: readonly number[];
}

/** Runs of one function that the stub engine is to bring to their end. */
export interface StubJob {
  readonly kind: "job";
  readonly appUrl: string;
  readonly appId: string;
  readonly functionId: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly runs: number;
  readonly concurrency: number;
}

export interface StubDone {
  readonly kind: "done";
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** When each run's first call was made, and how long the run took. */
  readonly startsAtMs: readonly number[];
  readonly runsMs: readonly number[];
}

export interface StubFailed {
  readonly kind: "failed";
  readonly message: string;
}

export type ChildMessage = ListeningMessage | ReachedMessage | MarkMessage | StubDone | StubFailed;
