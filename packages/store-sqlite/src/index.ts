// The public face of @everstep/store-sqlite.
export { openFileConnection, openMemoryDatabase } from "./connection.ts";
export { createFailpoint, type Failpoint } from "./failpoints.ts";
export { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from "./open.ts";
