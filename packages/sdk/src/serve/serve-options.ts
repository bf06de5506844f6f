// What serve() takes: the options of both official majors and ours, and what an adapter tells the core about its framework.
import type { ClientDefinition, FunctionDefinition } from "../functions/definition.ts";

/** A function as serving needs it; what `createFunction` returns fits. */
export interface ServedFunction {
  readonly definition: FunctionDefinition;
  /** One configuration for the function and one more when it has a failure handler (protocol.md 1.6). */
  getConfig(input: { readonly baseUrl: URL; readonly appPrefix: string }): readonly ServedConfig[];
}

/** The parts of a function's configuration that serving looks at. */
export interface ServedConfig {
  readonly id: string;
}

/** Options of `serve` in every adapter. */
export interface ServeOptions {
  readonly client: ClientDefinition;
  /** Entries that are undefined (a broken import) are left out with a warning; two of one id are refused. */
  readonly functions: readonly (ServedFunction | undefined)[];
  /** Where the handler is mounted when the request does not show it, such as `/api/inngest`. `INNGEST_SERVE_PATH`. */
  readonly servePath?: string | undefined;
  /** Scheme and host under which the engine reaches the app, such as `https://app.example`. `INNGEST_SERVE_ORIGIN`. */
  readonly serveOrigin?: string | undefined;
  /** The older name of `serveOrigin`. `INNGEST_SERVE_HOST`. */
  readonly serveHost?: string | undefined;
  /**
   * Answers calls at once and keeps the connection alive with spaces, for platforms that end silent responses.
   * `"allow"` streams where the framework can; `true` and `"force"` make serve() throw where it cannot. Default false.
   */
  readonly streaming?: boolean | "allow" | "force" | undefined;
  /**
   * Longest time that one call may go on before the function yields and continues in another call: ms, or a duration such as
   * `"30s"`. Not an error of the run; a step that is running is not interrupted.
   */
  readonly streamTimeout?: number | string | undefined;
  /** False: in cloud mode also syncs need a valid signature. Default true. `INNGEST_ENABLE_UNAUTHED_SYNC`. */
  readonly enableUnauthedSync?: boolean | undefined;
  /**
   * The app registers itself with the engine: at once when `serveOrigin` and `servePath` are given, else with the first request.
   * Default: in dev mode. True: in cloud mode too, for which `serveOrigin` must be set.
   */
  readonly autoSync?: boolean | undefined;
  /** The app's id in place of the client's. */
  readonly id?: string | undefined;
  readonly signingKey?: string | undefined;
  readonly signingKeyFallback?: string | undefined;
  /** Where the API of the engine is, in place of the client's. */
  readonly baseUrl?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
  /**
   * The least level of what serving itself logs: `debug`, `info`, `warn`, `error`, `fatal` or `silent`. `INNGEST_LOG_LEVEL`. Default:
   * everything goes to the client's logger.
   */
  readonly logLevel?: string | undefined;
}

/** What an adapter knows about its framework. */
export interface AdapterFacts {
  /** As the protocol names it, such as `nextjs`. */
  readonly frameworkName: string;
  /** Whether a reply's body may be a stream. */
  readonly canStream: boolean;
}
