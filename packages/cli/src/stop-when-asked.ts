// The end of a server: the first Ctrl-C or SIGTERM drains, a second one ends the process at once.
import type { Log } from "@everstep/engine";
import type { Io, StopSignal } from "./io.ts";
import type { OpenServer } from "./open-server.ts";

export interface StopOptions {
  readonly io: Io;
  readonly server: Pick<OpenServer, "engine" | "close">;
  readonly log: Log;
  /** How long calls may finish. */
  readonly graceMs: number;
}

/** npm and our own hand-over to a newer Node pass on a Ctrl-C that the terminal has sent to everyone already. */
const SAME_REQUEST_MS = 500;

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
  } finally {
    stopListening();
  }
}
