// Apps and functions as the engine keeps them: what was registered, under ids that never change for a name.
import type { FunctionConfig } from "@everstep/protocol";

export interface AppRecord {
  /** Deterministic UUID of the app's name. */
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly sdk: string;
  readonly framework?: string;
  readonly platform?: string;
  readonly appVersion?: string;
  readonly method: "serve" | "connect";
  readonly checksum: string;
  /** The last sync's failure, in words for people; absent when it went well. */
  readonly error?: string;
  readonly errorCode?: string;
  readonly createdAtMs: number;
  readonly syncedAtMs: number;
  readonly archivedAtMs?: number;
}

export interface FunctionRecord {
  /** Deterministic UUID of (app name, slug). */
  readonly id: string;
  readonly appId: string;
  readonly config: FunctionConfig;
  /** Raised by 1 each time the config changes, from 1. */
  readonly version: number;
  readonly createdAtMs: number;
  readonly archivedAtMs?: number;
}
