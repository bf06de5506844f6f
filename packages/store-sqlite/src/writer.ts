// The writing side as the store sees it: one method that resolves when a batch is durable. Two forms of the same batch
// writer: in a thread of its own (files), or on the calling thread (memory, and handles that the caller owns).
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { DatabaseSync } from "node:sqlite";
import { EverstepError } from "@everstep/protocol";
import { createBatchWriter, sqliteCode } from "./batch-writer.ts";
import type { Failpoint } from "./failpoints.ts";
import type { WriterFailure, WriterReply, WriterSettings } from "./writer-messages.ts";
import type { WriteGroup } from "./write-tables.ts";

export interface Writer {
  /** Batches are written in the order of the calls. @throws {EverstepError} Nothing of the batch was written. */
  readonly write: (groups: readonly WriteGroup[]) => Promise<void>;
  /** Waits for batches under way. */
  readonly close: () => Promise<void>;
}

/** Writes on the calling thread. It does not close the database. */
export function createInlineWriter(database: DatabaseSync, failpoint: Failpoint): Writer {
  const writer = createBatchWriter(database, failpoint);
  // No thread would go on with it: an older database is caught up before it is used.
  if (!writer.failures.isComplete()) while (writer.failures.catchUp());
  return {
    write: async (groups) => {
      try {
        writer.write(groups);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw toStoreError({ message, sqliteCode: sqliteCode(error) }, error);
      }
    },
    close: async () => {},
  };
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Writes in a thread of its own, over a connection of its own. */
export function createThreadWriter(path: string): Writer {
  const workerData: WriterSettings = { path };
  // By a name of package.json: published packages have the thread's file elsewhere.
  // No inherited flags: the parent may run under a test runner whose loaders do not belong into this thread. Node 22 calls
  // its SQLite experimental; the connection of the calling thread has said so once.
  const worker = new Worker(createRequire(import.meta.url).resolve("#writer-thread"), {
    workerData,
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const queue: Waiting[] = [];
  let ended: EverstepError | undefined;

  const exited = new Promise<void>((resolve) => {
    worker.once("exit", () => {
      end(new EverstepError("store_unavailable", `The writer of "${path}" has ended.`));
      resolve();
    });
  });
  worker.on("error", (cause) => {
    end(new EverstepError("store_unavailable", `The writer of "${path}" failed.`, { cause }));
  });
  worker.on("message", (reply: WriterReply) => {
    const waiting = queue.shift();
    if (queue.length === 0) worker.unref();
    if (reply === null) waiting?.resolve();
    else waiting?.reject(toStoreError(reply));
  });
  worker.unref();

  function end(error: EverstepError): void {
    ended ??= error;
    for (const waiting of queue.splice(0)) waiting.reject(ended);
  }

  return {
    write: (groups) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) {
          reject(ended);
          return;
        }
        // An idle store keeps no process alive; a batch under way does.
        if (queue.length === 0) worker.ref();
        queue.push({ resolve, reject });
        worker.postMessage(groups);
      }),
    close: async () => {
      worker.ref();
      if (ended === undefined) worker.postMessage("close");
      await exited;
    },
  };
}

const SQLITE_FULL = 13;
const SQLITE_CONSTRAINT = 19;

function toStoreError(failure: WriterFailure, cause?: unknown): EverstepError {
  const options = {
    cause: cause ?? new Error(`SQLite ${failure.sqliteCode ?? "failed"}: ${failure.message}`),
  };
  if (failure.sqliteCode === SQLITE_CONSTRAINT) {
    return new EverstepError(
      "internal",
      `The store refused a batch that contradicts what is stored: ${failure.message}. Nothing of it was written.`,
      options,
    );
  }
  const advice =
    failure.sqliteCode === SQLITE_FULL
      ? "Free disk space; the next commit tries again."
      : "Nothing of the batch was written.";
  return new EverstepError(
    "store_unavailable",
    `The database did not take a commit: ${failure.message}. ${advice}`,
    options,
  );
}
