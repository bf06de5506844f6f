// Public names of the HTTP server.
export { createServer, type Server } from "./create-server.ts";
export type { ServerOptions } from "./server-options.ts";
export type { SyncByUrl, SyncResult } from "./sync/sync-by-url.ts";
export type { SyncFailure, SyncFailureCode } from "./sync/sync-failure.ts";
