// What an app under test and the suite say to each other over the child's IPC channel.

/** Moments at which the app kills the engine, seen from outside of it. */
export type AppPoint =
  | "call_arrived"
  | "step_running"
  | "step_done"
  | "checkpoint_sent"
  | "checkpoint_acked"
  | "answer_written";

/** The app sends SIGKILL to `pid` when it passes `point` for the `nth` time from now. */
export interface ArmMessage {
  readonly kind: "arm";
  readonly point: AppPoint;
  readonly nth: number;
  readonly pid: number;
}

/** How the app misbehaves on every call from now on: see misbehave.ts. */
export type Mood = "well" | "garbage" | "server_error" | "too_large" | "hang" | "reset";

export interface MoodMessage {
  readonly kind: "mood";
  readonly mood: Mood;
}

/** Closes the port and every connection, or opens the same port again. */
export interface PortMessage {
  readonly kind: "port";
  readonly open: boolean;
}

export type ToApp = ArmMessage | MoodMessage | PortMessage;

export interface AppSettings {
  readonly appId: string;
  readonly journalPath: string;
}

export type FromApp =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "closed" }
  /** A call met the app's present mood. */
  | { readonly kind: "misbehaved"; readonly mood: Mood };
