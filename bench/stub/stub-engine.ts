// The process of the stub engine: calls apps for the ceiling, and answers at once what apps and load generators send to an
// engine: events, checkpoints. Started by processes/stub-process.ts.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { randomBytes } from "node:crypto";
import { createUlidFactory, eventToWireJson, parseOps } from "@everstep/protocol";
import { sharedNowMs } from "../clock.ts";
import { HttpLane } from "../load/http-lane.ts";
import type { ChildMessage, StubDone, StubJob } from "../messages.ts";
import { StubRun, type Post } from "./stub-run.ts";

const CHECKPOINT_PATH = /^\/v1\/(?:http\/runs|checkpoint)\/([^/]+)\/async$/;

const newUlid = createUlidFactory((count) => randomBytes(count));
const runs = new Map<string, StubRun>();

const server = createServer((incoming, outgoing) => {
  void reply(incoming, outgoing);
});

async function reply(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const body = answer(incoming.url ?? "", await readText(incoming));
  const length = Buffer.byteLength(body);
  outgoing.writeHead(200, { "content-type": "application/json", "content-length": length });
  outgoing.end(body);
}

function answer(url: string, text: string): string {
  if (url.startsWith("/e/")) {
    const events = JSON.parse(text) as unknown;
    const count = Array.isArray(events) ? events.length : 1;
    const ids = Array.from({ length: count }, () => newUlid(Date.now()));
    return JSON.stringify({ ids, status: 200 });
  }
  const runId = CHECKPOINT_PATH.exec(url)?.[1];
  const run = runId === undefined ? undefined : runs.get(runId);
  if (run !== undefined) {
    const { steps } = JSON.parse(text) as { steps: unknown };
    for (const op of parseOps(steps)) if (op.op === "StepRun" || op.op === "Step") run.settle(op);
  }
  return "{}";
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Connections to an app, opened as they are needed and used again. */
class Lanes {
  readonly #url: URL;
  readonly #all: HttpLane[] = [];
  readonly #idle: HttpLane[] = [];

  constructor(appUrl: string) {
    this.#url = new URL(appUrl);
  }

  readonly post: Post = async (query, headers, body) => {
    const lane = this.#idle.pop() ?? (await this.#open());
    const answered = await lane.post(`${this.#url.pathname}${query}`, body, headers);
    this.#idle.push(lane);
    return { status: answered.status, headers: answered.headers, bodyText: answered.body };
  };

  close(): void {
    for (const lane of this.#all) lane.close();
  }

  async #open(): Promise<HttpLane> {
    const lane = await HttpLane.open(Number(this.#url.port));
    this.#all.push(lane);
    return lane;
  }
}

async function work(job: StubJob): Promise<StubDone> {
  // Fresh connections for each job: an app closes those that were idle while the engine had its turn.
  const lanes = new Lanes(job.appUrl);
  const startsAtMs: number[] = [];
  const runsMs: number[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < job.runs) {
      const index = next;
      next += 1;
      const runId = newUlid(Date.now());
      const run = new StubRun({
        runId,
        post: lanes.post,
        slug: `${job.appId}-${job.functionId}`,
        eventJson: eventJsonOf(job, index),
      });
      runs.set(runId, run);
      const startedAtMs = sharedNowMs();
      await run.toEnd();
      startsAtMs[index] = startedAtMs;
      runsMs[index] = sharedNowMs() - startedAtMs;
      runs.delete(runId);
    }
  };
  const startedAtMs = sharedNowMs();
  await Promise.all(Array.from({ length: job.concurrency }, lane));
  const endedAtMs = sharedNowMs();
  lanes.close();
  return { kind: "done", startedAtMs, endedAtMs, startsAtMs, runsMs };
}

function eventJsonOf({ appId, functionId, data }: StubJob, index: number): string {
  const nowMs = Date.now();
  const internalId = newUlid(nowMs);
  return eventToWireJson({
    internalId,
    id: internalId,
    name: `${appId}/${functionId}`,
    dataJson: JSON.stringify({
      ...data,
      key: `key-${index}`,
    }),
    tsMs: nowMs,
    receivedAtMs: nowMs,
  });
}

function report(message: ChildMessage): void {
  process.send?.(message);
}

process.on("message", (job: StubJob) => {
  work(job).then(report, (error: unknown) => report({ kind: "failed", message: String(error) }));
});
process.on("disconnect", () => process.exit(0));
server.listen(0, "127.0.0.1", () => {
  report({ kind: "listening", port: (server.address() as AddressInfo).port });
});
