// An engine as `everstep dev` opens it, in memory and in this process, for apps that run beside it.
import { createLog, openServer, processIo, type OpenServer } from "everstep-cli";

export interface DevEngine {
  readonly url: string;
  /** Has the engine ask the app for its functions. */
  readonly sync: (appUrl: string) => Promise<unknown>;
  /** The run that an event started, once it has ended; undefined while it goes on. */
  readonly findEnd: (eventId: string) => Promise<RunEnd | undefined>;
  readonly close: () => Promise<void>;
}

export interface RunEnd {
  readonly status: string;
  readonly output: unknown;
}

interface RunAnswer {
  readonly data: readonly {
    readonly status: string;
    readonly ended_at?: string | null;
    readonly output: unknown;
  }[];
}

export async function openDevEngine(): Promise<DevEngine> {
  const log = createLog({
    output: processIo().stderr,
    level: "error",
    json: false,
    nowMs: () => Date.now(),
  });
  const server: OpenServer = await openServer(
    {
      serverKind: "dev",
      host: "127.0.0.1",
      port: 0,
      mayMovePort: false,
      allowedHosts: [],
      dataDir: undefined,
      signingKey: undefined,
      eventKeys: [],
      sdkUrls: [],
      discovers: false,
      polls: false,
      pollIntervalMs: 60_000,
      retryIntervalMs: 0,
      shutdownGraceMs: 0,
    },
    log,
  );
  return {
    url: server.url,
    sync: (appUrl) => server.syncByUrl(appUrl),
    findEnd: async (eventId) => {
      const response = await fetch(`${server.url}/v1/events/${eventId}/runs`);
      const { data } = (await response.json()) as RunAnswer;
      const [run] = data;
      return run?.ended_at == null ? undefined : { status: run.status, output: run.output };
    },
    close: () => server.close(0),
  };
}
