// What an app process and the test that started it say to each other over the child's IPC channel.

export interface AppSettings {
  readonly appId: string;
  /** Names of sets in function-sets.ts, with spaces between them. */
  readonly functions: string;
  /** Absent: the SDK's own default. */
  readonly checkpointing?: boolean;
  readonly streaming?: boolean;
  /** 0 or absent: any free port. */
  readonly port?: number;
}

/** One request that reached the app, with what the SDK answered. */
export interface CallRecord {
  readonly kind: "call";
  readonly atMs: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Cut to a summary when it is too long to carry around. */
  readonly body: string;
  readonly bodyBytes: number;
  /** `ctx` of the body, also when the body itself was cut. */
  readonly ctx: Readonly<Record<string, unknown>>;
  readonly answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

/** A request has arrived; its CallRecord follows when it is answered. */
export interface ArrivalRecord {
  readonly kind: "arrival";
  readonly atMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly ctx: Readonly<Record<string, unknown>>;
}

export interface NoteRecord {
  readonly kind: "note";
  readonly atMs: number;
  readonly topic: string;
  readonly value: unknown;
}

export interface ListeningMessage {
  readonly kind: "listening";
  readonly port: number;
}

export type AppMessage = CallRecord | ArrivalRecord | NoteRecord | ListeningMessage;

export interface OpenGateMessage {
  readonly kind: "open";
  readonly gate: string;
}
