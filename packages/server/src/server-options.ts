// What a server is built from. Everything that reaches outside (engine, history, apps, time) is handed in.
import type { History } from "@everstep/core";
import type { Clock, Engine, Log, Transport } from "@everstep/engine";
import type { ServerKind } from "@everstep/protocol";

export interface ServerOptions {
  readonly engine: Engine;
  readonly history: History;
  readonly log: Log;
  /** For pings, polls and defaults of queries. */
  readonly clock: Clock;
  /** Makes pings and discovery requests. */
  readonly transport: Transport;
  /** `dev`: no keys, loopback only. `cloud`: keys guard every route but /health. */
  readonly serverKind: ServerKind;
  /** Keys that callers may show; the first one signs pings. At least one when `cloud`. */
  readonly signingKeys: readonly string[];
  /** Keys that senders of events may use. Absent in `dev`: any. */
  readonly eventKeys?: readonly string[] | undefined;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Further host names under which a dev server may be addressed. */
  readonly allowedHosts?: readonly string[];
  readonly version: string;
  /** Printed by GET /dev; must hold no secrets. */
  readonly startOptions?: Readonly<Record<string, unknown>>;
  /** Apps to sync at start; tried about every second until each was synced once. */
  readonly sdkUrls?: readonly string[];
  /** Pings known apps for changes. `cloud` pings only those whose last sync failed. */
  readonly poll: { readonly enabled: boolean; readonly intervalMs: number };
  /** Looks for apps on local ports (dev only) until there is one. */
  readonly discovery: { readonly enabled: boolean; readonly ports?: readonly number[] };
}
