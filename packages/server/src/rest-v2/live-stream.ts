// The live stream: what the engine's commits changed, as server-sent events. Changes are gathered and sent a few times a second, each
// run once however often it changed; a client that reads slowly, or a burst, gets "read afresh" instead of a growing queue. Without
// clients the engine is not listened to.
import type { StreamMessage } from "@everstep/api";
import type { BulkJob, Change } from "@everstep/core";
import { EverstepError } from "@everstep/protocol";
import type { ApiContext } from "./api-context.ts";
import { bulkView } from "./bulk-handlers.ts";
import { toTime, toUpper } from "./wire.ts";

const FLUSH_MS = 250;
const HEARTBEAT_MS = 15_000;
const RUNS_MAX = 500;
const EVENTS_MAX = 200;
const CLIENTS_MAX = 200;
/** Messages that may wait for a slow client before it only gets "read afresh". */
const WAITING_MAX = 8;

const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  "x-accel-buffering": "no",
};

type RunChange = Extract<StreamMessage, { type: "runs" }>["runs"][number];

export interface LiveStream {
  /** @throws EverstepError shutting_down when too many are connected, or it was closed. */
  open(query: { readonly runId?: string | undefined }): Response;
  /** What `open` answers, without a stream. */
  head(): Response;
  /** Ends every stream: a server that closes does not wait for them. */
  close(): void;
}

interface Client {
  readonly runId: string | undefined;
  /** Texts of whole messages. */
  readonly send: (text: string) => void;
  /** @returns Whether it took anything since the last beat. */
  readonly beat: () => boolean;
  readonly end: () => void;
}

export function createLiveStream({ engine, options, nowMs }: ApiContext): LiveStream {
  const clients = new Set<Client>();
  const { clock } = options;
  let gathered = new Gathered();
  let stopListening: (() => void) | undefined;
  let cancelFlush: (() => void) | undefined;
  let cancelBeat: (() => void) | undefined;
  let isClosed = false;

  const flush = (): void => {
    cancelFlush = undefined;
    const told = gathered;
    gathered = new Gathered();
    // Made once for everybody who hears everything, however many they are.
    let text: string | undefined;
    for (const client of clients) {
      if (client.runId === undefined) client.send((text ??= toText(told.messages(undefined))));
      else client.send(toText(told.messages(client.runId)));
    }
  };
  const listen = (): void => {
    stopListening ??= engine.onChange((changes) => {
      for (const change of changes) gathered.add(change);
      if (!gathered.isEmpty) cancelFlush ??= clock.at(clock.nowMs() + FLUSH_MS, flush);
    });
    cancelBeat ??= clock.at(clock.nowMs() + HEARTBEAT_MS, beat);
  };
  const beat = (): void => {
    cancelBeat = clock.at(clock.nowMs() + HEARTBEAT_MS, beat);
    for (const client of clients) {
      if (client.beat()) continue;
      // It reads nothing any more and only keeps others out; if it lives it connects again.
      client.end();
      clients.delete(client);
    }
    rest();
  };
  const rest = (): void => {
    if (clients.size > 0) return;
    for (const cancel of [stopListening, cancelFlush, cancelBeat]) cancel?.();
    stopListening = cancelFlush = cancelBeat = undefined;
    gathered = new Gathered();
  };

  return {
    head: () => new Response(null, { headers: STREAM_HEADERS }),
    open({ runId }) {
      if (isClosed) throw new EverstepError("shutting_down", "The server is closing.");
      if (clients.size >= CLIENTS_MAX) {
        throw new EverstepError(
          "shutting_down",
          `${CLIENTS_MAX} clients read the live stream already: close some.`,
        );
      }
      const hello = (): string => toText([{ type: "hello", at: toTime(nowMs()) }]);
      const { client, response } = createClient(runId, hello, () => {
        clients.delete(client);
        rest();
      });
      clients.add(client);
      listen();
      client.send(hello());
      return response;
    },
    close() {
      isClosed = true;
      for (const client of clients) client.end();
      clients.clear();
      rest();
    },
  };
}

function createClient(
  runId: string | undefined,
  hello: () => string,
  onGone: () => void,
): { readonly client: Client; readonly response: Response } {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isBehind = false;
  let hasRead = true;
  const write = (text: string): void => controller?.enqueue(encoder.encode(text));
  const body = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
      },
      pull() {
        hasRead = true;
        // What it missed is not kept: it reads afresh, as after a reconnect.
        if (!isBehind) return;
        isBehind = false;
        write(hello());
      },
      cancel() {
        controller = undefined;
        onGone();
      },
    },
    { highWaterMark: WAITING_MAX },
  );
  const client: Client = {
    runId,
    send(text) {
      if (controller === undefined || text === "") return;
      if ((controller.desiredSize ?? 0) <= 0) isBehind = true;
      else write(text);
    },
    beat() {
      const isStuck = (controller?.desiredSize ?? 0) <= 0;
      if (!isStuck) write(": still here\n\n");
      const didRead = hasRead || !isStuck;
      hasRead = false;
      return didRead;
    },
    end() {
      controller?.close();
      controller = undefined;
    },
  };
  return { client, response: new Response(body, { headers: STREAM_HEADERS }) };
}

function toText(messages: readonly StreamMessage[]): string {
  return messages
    .map((message) => `event: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`)
    .join("");
}

/** Changes since the last time that clients were told. */
class Gathered {
  readonly #runs = new Map<string, RunChange>();
  readonly #events = new Map<string, string>();
  readonly #functions = new Set<string>();
  readonly #bulkJobs = new Map<string, BulkJob>();
  #hasApps = false;
  #isRunsPartial = false;
  #isEventsPartial = false;

  get isEmpty(): boolean {
    const parts = [this.#runs, this.#events, this.#functions, this.#bulkJobs];
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    return size === 0 && !this.#hasApps;
  }

  add(change: Change): void {
    switch (change.type) {
      case "event_added":
        if (this.#events.size >= EVENTS_MAX) this.#isEventsPartial = true;
        else this.#events.set(change.event.internalId, change.event.name);
        break;
      case "run_added": {
        const { id, functionId, status } = change.run;
        this.#note(id, { functionId, status: toUpper(status) });
        break;
      }
      case "run_patched": {
        const { status } = change.patch;
        this.#note(change.runId, status === undefined ? {} : { status: toUpper(status) });
        break;
      }
      case "step_added":
        this.#note(change.step.runId, {});
        break;
      case "attempt_added":
        this.#note(change.attempt.runId, {});
        break;
      case "wait_added":
        this.#note(change.wait.runId, {});
        break;
      case "bulk_added":
      case "bulk_saved":
        this.#bulkJobs.set(change.job.id, change.job);
        break;
      case "app_saved":
        this.#hasApps = true;
        break;
      case "function_saved":
        this.#functions.add(change.function.id);
        break;
      case "function_control_saved":
        this.#functions.add(change.control.functionId);
        break;
      default:
    }
  }

  #note(id: string, change: Omit<RunChange, "id">): void {
    const known = this.#runs.get(id);
    if (known === undefined && this.#runs.size >= RUNS_MAX) this.#isRunsPartial = true;
    else this.#runs.set(id, { ...known, ...change, id });
  }

  /** @param runId Only changes of this run. */
  messages(runId: string | undefined): StreamMessage[] {
    if (runId !== undefined) {
      const run = this.#runs.get(runId);
      if (run === undefined && !this.#isRunsPartial) return [];
      const runs = run === undefined ? [] : [run];
      return [{ type: "runs", runs, isPartial: this.#isRunsPartial }];
    }
    const messages: StreamMessage[] = [];
    if (this.#hasApps) messages.push({ type: "apps" });
    if (this.#functions.size > 0) {
      messages.push({ type: "functions", functionIds: [...this.#functions] });
    }
    for (const job of this.#bulkJobs.values()) messages.push({ type: "bulk", job: bulkView(job) });
    if (this.#events.size > 0) {
      const events = [...this.#events].map(([id, name]) => ({ id, name }));
      messages.push({ type: "events", events, isPartial: this.#isEventsPartial });
    }
    if (this.#runs.size > 0) {
      const runs = [...this.#runs.values()];
      messages.push({ type: "runs", runs, isPartial: this.#isRunsPartial });
    }
    return messages;
  }
}
