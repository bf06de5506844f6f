// An app as a process of its own, watched through what it prints. It is ended with everything that it started.
import { spawn } from "node:child_process";
import { once } from "node:events";

const PRINT_TIMEOUT_MS = 180_000;

export interface ChildApp {
  /** The first match in what was printed so far or will be. @throws when the process ends or three minutes pass without one. */
  readonly printed: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly stop: () => Promise<void>;
}

export interface ChildOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** @param argv Arguments of this Node. */
export function startChild(argv: readonly string[], { cwd, env }: ChildOptions): ChildApp {
  // A group of its own, so that its workers end with it.
  const child = spawn(process.execPath, argv, {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let text = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      for (const listen of listeners) listen();
    });
  }
  const ended = once(child, "exit");
  const printed = async (pattern: RegExp): Promise<RegExpExecArray> => {
    const found = Promise.withResolvers<RegExpExecArray>();
    const fail = (why: string): void =>
      found.reject(new Error(`${why} without printing ${String(pattern)}:\n${text}`));
    const look = (): void => {
      const match = pattern.exec(text);
      if (match !== null) found.resolve(match);
    };
    const timer = setTimeout(() => fail("three minutes passed"), PRINT_TIMEOUT_MS);
    listeners.add(look);
    look();
    void ended.then(() => fail("the process ended"));
    try {
      return await found.promise;
    } finally {
      clearTimeout(timer);
      listeners.delete(look);
    }
  };
  const stop = async (): Promise<void> => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, "SIGKILL");
    await ended;
  };
  return { printed, stop };
}
