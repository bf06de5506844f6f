// The reading thread: answers questions about many rows over a connection of its own, one after the other, so that no long read
// ever stops the engine's event loop.
import { parentPort, workerData } from "node:worker_threads";
import { openFileConnection } from "./connection.ts";
import { createHistory } from "./history.ts";
import { createPayloadReader } from "./payload-reader.ts";
import { createQueries } from "./queries.ts";
import type { HistoryCall, HistoryReply } from "./thread-history.ts";

if (parentPort === null) throw new Error("history-thread.ts runs as a worker thread only");
const port = parentPort;
const database = openFileConnection(workerData as string);
database.exec("PRAGMA query_only = ON");
const queries = createQueries(database);
const history = createHistory(queries, createPayloadReader(queries));

port.on("message", ({ method, args }: HistoryCall) => {
  port.postMessage(answer(method, args));
});
port.postMessage("ready" satisfies HistoryReply);

function answer(method: HistoryCall["method"], args: HistoryCall["args"]): HistoryReply {
  try {
    const read = history[method] as (...given: readonly unknown[]) => unknown;
    return { value: read(...args) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
