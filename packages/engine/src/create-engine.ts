// Puts an engine together from its ports.
import type { Store } from "@everstep/core";
import type { Limits } from "@everstep/protocol";
import type { Engine } from "./engine.ts";
import type { Chance, Clock, Log, Transport } from "./ports.ts";

export interface EngineOptions {
  readonly store: Store;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
  /** Signs calls when set (start). Prefix `signkey-…-` allowed. */
  readonly signingKey?: string;
  readonly serverKind: "dev" | "cloud";
  /** Fixed delay between attempts instead of the table (`--retry-interval`), ms. */
  readonly retryIntervalMs?: number;
  readonly limits?: Partial<Limits>;
  /** Crash points of the crash suite; absent in production. Names: effects_before, effects_after. */
  readonly failpoint?: (name: string) => void;
}

export declare function createEngine(options: EngineOptions): Engine;
