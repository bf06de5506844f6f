// The Io of a real process.
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import type { Io, Output, StopSignal } from "./io.ts";

const STOP_SIGNALS: readonly StopSignal[] = ["SIGINT", "SIGTERM", "SIGQUIT"];

/** What `main` takes from this process. */
export function processIo(): Io {
  return {
    env: process.env,
    cwd: process.cwd(),
    homeDir: homedir(),
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    fetch: globalThis.fetch,
    nowMs: () => Date.now(),
    randomBytes: (count) => randomBytes(count),
    onStopSignal: listenForStop,
    exit: (code) => process.exit(code),
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  // `everstep runs | head` closes the pipe early: that is the reader's right and no failure of ours.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") {
      throw error;
    }
  });
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal: stream.isTTY,
  };
}

function listenForStop(listener: (signal: StopSignal) => void): () => void {
  for (const signal of STOP_SIGNALS) {
    process.on(signal, listener);
    // Stays for good: npm passes on a Ctrl-C that the terminal has sent already, and the second one may come when all is
    // closed. It must not turn an orderly end into a death by signal.
    process.on(signal, ignore);
  }
  return () => {
    for (const signal of STOP_SIGNALS) {
      process.off(signal, listener);
    }
  };
}

function ignore(): void {}
