// Runs a task again and again on the given clock, never twice at once. The next run is planned when the last one has ended,
// so a slow run delays the next instead of overlapping it; a run that throws is logged and does not end the loop.
import type { Clock, Log } from "@everstep/engine";

export interface RepeatOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly name: string;
  /** Delay after a run that threw, ms. */
  readonly retryMs: number;
  /** Returns ms until the next run; undefined ends the loop. */
  readonly runOnce: () => Promise<number | undefined>;
}

/** Runs once at once; returns what stops it. A run under way is not waited for. */
export function repeat(options: RepeatOptions): () => void {
  const { clock, runOnce } = options;
  let isStopped = false;
  let cancel = (): void => undefined;
  const run = async (): Promise<void> => {
    const delayMs = await runOnce().catch((error: unknown) => logFailure(options, error));
    if (isStopped || delayMs === undefined) return;
    cancel = clock.at(clock.nowMs() + delayMs, () => void run());
  };
  void run();
  return () => {
    isStopped = true;
    cancel();
  };
}

function logFailure({ log, name, retryMs }: RepeatOptions, error: unknown): number {
  const cause = error instanceof Error ? error : new Error(String(error));
  log({
    level: "error",
    message: `${name} failed: ${cause.message}`,
    fields: { stack: cause.stack },
  });
  return retryMs;
}
