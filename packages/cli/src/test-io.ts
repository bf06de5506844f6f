// An Io for tests: output is kept, nothing of the machine leaks in, signals are sent by hand.
import type { Io, StopSignal } from "./io.ts";

export interface TestIo extends Io {
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves as soon as stdout matches. */
  readonly printed: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly exits: readonly number[];
  readonly signal: (signal: StopSignal) => void;
  readonly advance: (ms: number) => void;
}

export interface TestIoOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly homeDir?: string;
  readonly isTerminal?: boolean;
  readonly fetch?: typeof fetch;
  /** A function that is read each time; default: a fixed time that `advance` moves. */
  readonly clock?: () => number;
}

export function createTestIo(options: TestIoOptions = {}): TestIo {
  const texts = { out: "", err: "" };
  const listeners = new Set<(signal: StopSignal) => void>();
  const exits: number[] = [];
  let nowMs = Date.UTC(2026, 2, 1, 9);
  const isTerminal = options.isTerminal ?? false;
  const waiting = new Set<() => void>();
  const writeOut = (text: string): void => {
    texts.out += text;
    for (const check of waiting) {
      check();
    }
  };
  const refuse: typeof fetch = () => Promise.reject(new Error("this test makes no requests"));
  return {
    env: options.env ?? {},
    cwd: options.cwd ?? "/nowhere",
    homeDir: options.homeDir ?? "/nowhere/home",
    stdout: { write: writeOut, isTerminal },
    stderr: { write: (text) => void (texts.err += text), isTerminal },
    fetch: options.fetch ?? refuse,
    nowMs: options.clock ?? (() => nowMs),
    randomBytes: (count) => new Uint8Array(count).fill(0xab),
    onStopSignal: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exit: (code) => void exits.push(code),
    out: () => texts.out,
    err: () => texts.err,
    printed: (pattern) =>
      new Promise((resolve) => {
        const check = (): void => {
          const match = pattern.exec(texts.out);
          if (match !== null) {
            waiting.delete(check);
            resolve(match);
          }
        };
        waiting.add(check);
        check();
      }),
    exits,
    signal: (signal) => {
      for (const listener of listeners) {
        listener(signal);
      }
    },
    advance: (ms) => void (nowMs += ms),
  };
}
