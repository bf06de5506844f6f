// POST /v1/checkpoint/:runId/async (and its older name under /v1/http/runs): an app reports finished steps in the middle of
// a call (protocol.md 8.1). SDK v4 comes here after every step, so this is a hot route. A request is taken whole or not at
// all, unlike on the official server, which keeps the ops before a bad one.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { CheckpointRequest, Engine, Log } from "@everstep/engine";
import {
  EverstepError,
  LIMITS,
  parseOps,
  parseQueueItemId,
  type Op,
  type OpName,
} from "@everstep/protocol";
import { toErrorBody } from "../http/error-reply.ts";
import { sendEmpty, sendError } from "../http/raw-reply.ts";
import { readObject } from "../http/read-body.ts";
import type { SigningKeyGuard } from "../http/signing-key-guard.ts";

export interface CheckpointOptions {
  readonly engine: Engine;
  readonly checkSigningKey: SigningKeyGuard;
  readonly log: Log;
}

export type CheckpointHandler = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  runId: string,
) => Promise<void>;

/** Ops that do not end the call: everything else belongs into the call's answer. */
const CHECKPOINT_OPS: ReadonlySet<OpName> = new Set<OpName>([
  "Step",
  "StepRun",
  "StepPlanned",
  "DeferAdd",
  "DeferAbort",
]);

export function createCheckpoint(options: CheckpointOptions): CheckpointHandler {
  const { engine, checkSigningKey, log } = options;
  return async (incoming, outgoing, runId) => {
    try {
      checkSigningKey(incoming.headers.authorization);
      const body = await readObject(incoming, LIMITS.requestBodyBytesMax);
      await engine.checkpoint(parseRequest(runId, body));
      sendEmpty(outgoing, 200);
    } catch (error) {
      const reply = toErrorBody(error, log, "POST /v1/checkpoint/:runId/async");
      // A missing run is 400 on this route (protocol.md 14.18): SDKs take 404 for a wrong server.
      const status = reply.status === 404 ? 400 : reply.status;
      sendError(outgoing, { ...reply, status, data: { run_id: runId, ...asObject(reply.data) } });
    }
  };
}

function parseRequest(runId: string, body: Record<string, unknown>): CheckpointRequest {
  const ops = parseCheckpointOps(body["steps"]);
  const generation = body["generation_id"];
  const qiId = body["qi_id"];
  const jobId = typeof qiId === "string" ? parseQueueItemId(qiId) : undefined;
  return {
    runId,
    ops,
    ...(typeof generation === "number" && generation !== 0 && { generation }),
    ...(jobId !== undefined && { jobId }),
  };
}

function parseCheckpointOps(steps: unknown): Op[] {
  if (!Array.isArray(steps)) {
    throw new EverstepError(
      "checkpoint_invalid",
      '"steps" must be an array of ops: send what the steps came to.',
    );
  }
  const ops = parseOps(steps);
  const foreign = ops.findIndex((op) => !CHECKPOINT_OPS.has(op.op));
  if (foreign < 0) return ops;
  throw new EverstepError(
    "checkpoint_invalid",
    `steps[${foreign}] is ${ops[foreign]?.op}, which cannot be checkpointed: return it as the answer of the call instead.`,
  );
}

function asObject(data: unknown): Record<string, unknown> {
  return typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {};
}
