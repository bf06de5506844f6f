// The process of the stub engine: calls apps for the ceiling, and answers at once what apps and load generators send to an
// engine: events, checkpoints. Started by processes/stub-process.ts.
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { randomBytes } from "node:crypto";
import {
  createUlidFactory,
  eventToWireJson,
  parseOps,
  type RawCallResponse,
} from "@everstep/protocol";
import { sharedNowMs } from "../clock.ts";
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

function posterTo(appUrl: string, agent: Agent): Post {
  const { hostname, port, pathname } = new URL(appUrl);
  return (query, headers, body) =>
    new Promise((resolve, reject) => {
      const path = `${pathname}${query}`;
      const length = { "content-length": Buffer.byteLength(body) };
      const sent = request(
        { hostname, port, path, agent, method: "POST", headers: { ...headers, ...length } },
        (response) => {
          readText(response).then(
            (bodyText) => resolve({ ...factsOf(response), bodyText }),
            (error: unknown) => reject(error as Error),
          );
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
}

function factsOf(response: IncomingMessage): Pick<RawCallResponse, "status" | "headers"> {
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
  );
  return { status: response.statusCode ?? 0, headers };
}

async function work(job: StubJob): Promise<StubDone> {
  // Fresh connections for each job: an app closes those that were idle while the engine had its turn.
  const agent = new Agent({ keepAlive: true });
  const post = posterTo(job.appUrl, agent);
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
        post,
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
  agent.destroy();
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
