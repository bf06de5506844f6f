// What a client knows of itself: its identity and options, and what the environment says where they say nothing. The environment is
// read when it is first needed, so that a client can be created at module load in every runtime. It does nothing.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type { Logger } from "../functions/definition.ts";
import { diagnoseDevInProduction, type DiagnosticsOption } from "../logging/diagnostics.ts";
import type { CheckpointingOptions } from "../functions/function-options.ts";
import type { MiddlewareInput } from "../functions/middleware-context.ts";
import type { EventSchemas } from "../schemas/event-schemas.ts";
import type { Environment } from "../serve/environment.ts";
import type { ClientOptions } from "./client-options.ts";
import { readClientSettings, type ClientSettings } from "./client-settings.ts";

interface SigningKeys {
  readonly signingKey?: string | undefined;
  readonly signingKeyFallback?: string | undefined;
}

/** The settings of a client, from its options and the environment. */
export class ConfiguredClient<TOptions extends ClientOptions> {
  readonly id: string;
  readonly logger: Logger;
  /** Logger of the SDK's own messages. */
  readonly internalLogger: Logger;
  /** All middleware of the client, first one outermost. */
  readonly middleware: readonly MiddlewareInput[];
  readonly schemas: EventSchemas<any> | undefined;
  readonly options: TOptions;
  /** Sends a request as the client does: the option `fetch`, else the global one at the time of the call. */
  readonly fetch: typeof fetch;
  private givenEnvironment: Environment | undefined;
  private givenEventKey: string | undefined;
  private servedKeys: SigningKeys = {};
  private settings: ClientSettings | undefined;
  private toldProblem: string | undefined;

  /** @throws TypeError when `id` is missing or `baseUrl` is no URL. */
  constructor(options: TOptions) {
    const id: unknown = options?.id;
    if (typeof id !== "string" || id.trim() === "") {
      throw new TypeError(
        `The client has the id ${JSON.stringify(id)}: every app needs one that stays the same for ever, e.g. new Everstep({ id: "shop" }).`,
      );
    }
    this.id = id;
    this.options = options;
    this.logger = options.logger ?? console;
    this.internalLogger = options.internalLogger ?? this.logger;
    this.middleware = options.middleware ?? [];
    this.schemas = options.schemas;
    this.fetch = toFetch(options.fetch);
    // A wrong URL in the options is the author's mistake and shows at once; variables may still change.
    if (options.baseUrl !== undefined && options.baseUrl !== "") readClientSettings(options, {});
  }

  get appVersion(): string | undefined {
    return this.options.appVersion;
  }

  /** Origin of the API, with a trailing slash. */
  get apiBaseUrl(): string {
    return this.current.apiBaseUrl;
  }

  /** Origin to which events are sent, with a trailing slash. */
  get eventBaseUrl(): string {
    return this.current.eventBaseUrl;
  }

  /** `dev` skips signatures; `cloud` needs keys. See the option `isDev`. */
  get mode(): "dev" | "cloud" {
    return this.current.mode;
  }

  /** False when the mode was inferred from the environment. */
  get isModeExplicit(): boolean {
    return this.current.isExplicit;
  }

  get eventKey(): string | undefined {
    return this.givenEventKey ?? this.current.eventKey;
  }

  get signingKey(): string | undefined {
    return textOf(this.options.signingKey) ?? this.servedKeys.signingKey ?? this.current.signingKey;
  }

  get signingKeyFallback(): string | undefined {
    return (
      textOf(this.options.signingKeyFallback) ??
      this.servedKeys.signingKeyFallback ??
      this.current.signingKeyFallback
    );
  }

  /** Branch environment; undefined for the main one. */
  get env(): string | undefined {
    return this.current.env;
  }

  /** Whether sessions go over to the events that a run sends. */
  get sessionPropagation(): boolean {
    return this.current.sessionPropagation;
  }

  /** Whether dates and the like in event data arrive as such; see the option. */
  get taggedValues(): boolean {
    return this.options.taggedValues !== false;
  }

  /** Which likely mistakes are not told of in dev mode. */
  get diagnostics(): DiagnosticsOption | undefined {
    return this.options.diagnostics;
  }

  get checkpointing(): CheckpointingOptions | undefined {
    return this.options.checkpointing ?? this.options.experimentalCheckpointing;
  }

  /** The run that `runId` names in failure handlers; see the option. */
  get failureRunId(): "failed" | "own" {
    return this.current.failureRunId;
  }

  get optimizeParallelism(): boolean | undefined {
    return this.options.optimizeParallelism;
  }

  /** The keys that `serve` was given, for requests of its runs. Those of the client's own options win, variables do not. */
  takeKeys({ signingKey, signingKeyFallback }: SigningKeys): void {
    this.servedKeys = {
      signingKey: textOf(signingKey),
      signingKeyFallback: textOf(signingKeyFallback),
    };
  }

  /**
   * Gives the client the variables that a runtime hands over with a request (edge runtimes). They win over those of the process
   * until the next call.
   */
  setEnvVars(env: Environment = {}): this {
    this.givenEnvironment = { ...env };
    this.settings = undefined;
    return this;
  }

  /** Sets the event key, over option and variable. */
  setEventKey(eventKey: string): void {
    this.givenEventKey = eventKey === "" ? undefined : eventKey;
  }

  protected get current(): ClientSettings {
    if (this.settings === undefined) {
      this.settings = readClientSettings(this.options, this.givenEnvironment);
      if (this.settings.isDevInProduction) diagnoseDevInProduction(this);
      this.tellOnce(this.settings.devProblem);
    }
    return this.settings;
  }

  /** Runtimes hand over the same variables with each request. */
  private tellOnce(problem: string | undefined): void {
    if (problem === undefined || problem === this.toldProblem) return;
    this.toldProblem = problem;
    this.internalLogger.warn(problem);
  }
}

/** The client is often created before tests or frameworks replace the global fetch. */
function toFetch(given: typeof fetch | undefined): typeof fetch {
  if (given !== undefined) return (input, init) => given(input, init);
  return (input, init) => globalThis.fetch(input, init);
}

/** An empty text means not set. */
function textOf(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
