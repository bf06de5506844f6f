// Everything the command takes from its process, as one value, so that `main(argv, io)` runs in a test without a process.
// Nothing else in this package reads process.env, the working directory, the console or a signal.

export interface Output {
  write(text: string): void;
  /** True when a person is likely to read it. */
  readonly isTerminal: boolean;
}

export type StopSignal = "SIGINT" | "SIGTERM" | "SIGQUIT";

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path. */
  readonly cwd: string;
  /** Absolute path. */
  readonly homeDir: string;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly fetch: typeof fetch;
  nowMs(): number;
  randomBytes(count: number): Uint8Array;
  /** Calls `listener` for each request to stop. Returns a function that ends it. */
  onStopSignal(listener: (signal: StopSignal) => void): () => void;
  /** Ends the process at once. Only for a second request to stop. */
  exit(code: number): void;
}
