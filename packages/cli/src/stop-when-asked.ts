// The end of a server: the first Ctrl-C or SIGTERM drains, a second one ends the process at once, and so does an engine
// that has failed.
import type { Log } from "@everstep/engine";
import type { Io, StopSignal } from "./io.ts";
import type { OpenServer } from "./open-server.ts";
import { CommandError } from "./usage-error.ts";

export interface StopOptions {
  readonly io: Io;
  readonly server: Pick<OpenServer, "engine" | "close">;
  readonly log: Log;
  /** How long calls may finish. */
  readonly graceMs: number;
}

/** npm and our own hand-over to a newer Node pass on a Ctrl-C that the terminal has sent to everyone already. */
const SAME_REQUEST_MS = 500;
const WATCH_INTERVAL_MS = 250;

/** Resolves when the server was asked to stop and has stopped. Rejects when it could not stop cleanly. */
export async function stopWhenAsked(options: StopOptions): Promise<void> {
  const { io, server, log, graceMs } = options;
  const asked = Promise.withResolvers<StopSignal>();
  let askedAtMs: number | undefined;
  const stopListening = io.onStopSignal((signal) => {
    if (askedAtMs === undefined) {
      askedAtMs = io.nowMs();
      asked.resolve(signal);
    } else if (io.nowMs() - askedAtMs > SAME_REQUEST_MS) {
      log({
        level: "warn",
        message: "Stopped at once; calls in flight are made again after the next start",
        fields: { signal },
      });
      io.exit(1);
    }
  });
  const stopWatching = watchEngine(server.engine, asked.reject);
  try {
    const signal = await asked.promise;
    const { callsInFlight } = server.engine.status();
    log({
      level: "info",
      message: "Stopping; once more stops at once",
      fields: { signal, callsInFlight, graceSeconds: graceMs / 1_000 },
    });
    await server.close(graceMs);
    log({ level: "info", message: "Stopped", fields: {} });
  } catch (error) {
    // Whatever can still be closed is; the failure is the news, not what closing says to it.
    await server.close(0).catch(() => undefined);
    throw error;
  } finally {
    stopWatching();
    stopListening();
  }
}

/** An engine that cannot commit any more has given up its work; only a new process takes it up again. */
function watchEngine(engine: OpenServer["engine"], fail: (error: Error) => void): () => void {
  const timer = setInterval(() => {
    const { state, reason = "no reason was given" } = engine.status();
    if (state === "failed") {
      fail(
        new CommandError(
          `The engine has stopped: ${reason}\nWhat was acknowledged is kept. Remove the cause, then start again on the same folder.`,
        ),
      );
    }
  }, WATCH_INTERVAL_MS);
  return () => clearInterval(timer);
}
