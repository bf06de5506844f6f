// The writer thread: owns the one writing connection, so that no fsync ever stops the engine's event loop.
// It takes batches in the order in which they were posted and answers each one after its COMMIT returned.
import { parentPort, workerData } from "node:worker_threads";
import { createBatchWriter, sqliteCode } from "./batch-writer.ts";
import { openFileConnection } from "./connection.ts";
import { createFailpoint } from "./failpoints.ts";
import { createUpkeep } from "./upkeep.ts";
import type { WriterReply, WriterRequest, WriterSettings } from "./writer-messages.ts";

if (parentPort === null) throw new Error("writer-thread.ts runs as a worker thread only");
const port = parentPort;
const { path } = workerData as WriterSettings;
const database = openFileConnection(path);
const writer = createBatchWriter(database, createFailpoint(process.env));

/** A pause of this length is used to fold the WAL into the file, so that commits under load rarely have to. */
const IDLE_MS = 200;
const checkpoint = setTimeout(foldWal, IDLE_MS);

const upkeep = createUpkeep(database, { ...writer, nowMs: Date.now });
/** Not before the first reads of a start are through. */
let upkeepTimer = setTimeout(keepUp, 2 * IDLE_MS);

port.on("message", (request: WriterRequest) => {
  checkpoint.refresh();
  if (request === "close") {
    clearTimeout(checkpoint);
    clearTimeout(upkeepTimer);
    database.close();
    port.close();
    return;
  }
  port.postMessage(write(request));
});

function keepUp(): void {
  upkeepTimer = setTimeout(keepUp, upkeep.step());
}

function foldWal(): void {
  try {
    database.exec("PRAGMA wal_checkpoint(PASSIVE)");
  } catch {
    // The disk is full or failing. Nothing is lost, the WAL just stays; the next commit reports what it meets.
  }
}

function write(request: Exclude<WriterRequest, "close">): WriterReply {
  try {
    writer.write(request);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { message, sqliteCode: sqliteCode(error) };
  }
}
