// The requests of clients, turned into commands for the partition loop or into reads of what is durable.
import type { AppRecord } from "@everstep/core";
import {
  EverstepError,
  canonicalJson,
  eventToWireJson,
  normalizeAppUrl,
  toEventRecord,
  ulidFromSeed,
  uuidFrom,
  type EventRecord,
} from "@everstep/protocol";
import type { EngineOptions } from "../create-engine.ts";
import { timerIdOf } from "../dispatch/call-request.ts";
import type { Engine, InvokeInput, SendOptions, SyncOutcome } from "../engine.ts";
import { runNotFound } from "../partition/execute.ts";
import type { Partition } from "../partition/open-partition.ts";
import { cancelMany } from "./cancel-many.ts";

type Face = Omit<Engine, "start" | "stop" | "status">;

/** @param opened The partition, or a thrown `shutting_down`. @param peek The partition if it is open, for reads. */
export function createFace(
  options: EngineOptions,
  opened: () => Partition,
  peek: () => Partition | undefined,
): Face {
  const { store, history, clock } = options;
  /** Apps whose address is known but that never synced: shown with their error, not stored. */
  const strangers = new Map<string, AppRecord>();

  const loadLive = async (runId: string): ReturnType<typeof loadRun> => loadRun(options, runId);

  return {
    async sendEvents(inputs, send = {}) {
      const partition = opened();
      const receivedAtMs = clock.nowMs();
      const events = inputs.map((input, index) =>
        toEventRecord(input, {
          internalId: internalIdOf(partition, send, { receivedAtMs, index: index + 1 }),
          receivedAtMs,
        }),
      );
      return partition.ask<readonly string[]>({
        type: "events",
        events,
        isSeeded: send.seed !== undefined,
      });
    },
    async invoke(slug, input, send = {}) {
      const partition = opened();
      const event = invokedEvent(partition, { slug, input, send, receivedAtMs: clock.nowMs() });
      return partition.ask({ type: "invoke", event, slug, isSeeded: send.seed !== undefined });
    },

    async syncApp(config) {
      const outcome = await opened().ask<SyncOutcome>({ type: "sync", config });
      strangers.delete(normalizeAppUrl(config.url));
      return outcome;
    },
    async recordSyncFailure({ url, code, message, create }) {
      const partition = opened();
      const app = appByUrl(partition, url);
      if (app !== undefined) {
        await partition.ask({ type: "app_error", appId: app.id, code, message });
      } else if (create === true) {
        strangers.set(normalizeAppUrl(url), strangerApp(url, { code, message }, clock.nowMs()));
      }
    },
    async removeApp(url) {
      const partition = opened();
      if (strangers.delete(normalizeAppUrl(url))) return;
      const app = appByUrl(partition, url);
      if (app === undefined) {
        throw new EverstepError("app_not_found", `No app is registered with the URL "${url}".`);
      }
      await partition.ask({ type: "remove_app", appId: app.id });
    },
    apps: () => [...(peek()?.catalog.apps() ?? []), ...strangers.values()],
    functions: () => peek()?.catalog.functions() ?? [],
    findFunction: (functionId) => peek()?.catalog.function(functionId),

    async cancelRun(runId, reason = "cancelled on request") {
      await opened().ask({ type: "cancel", runId, reason });
    },
    async rerun({ runId, fromStep }) {
      const partition = opened();
      const steps = fromStep === undefined ? [] : (await history.readRunDetail(runId)).steps;
      return partition.ask({
        type: "rerun",
        runId,
        steps,
        ...(fromStep === undefined ? {} : { from: fromStep }),
      });
    },
    async signal(name, dataJson) {
      return opened().ask({ type: "signal", name, dataJson });
    },
    async cancelMany(request) {
      return cancelMany(options, opened(), request);
    },
    async removeCancellation(id) {
      await opened().ask({ type: "remove_cancellation", id });
    },
    async checkpoint({ runId, ops, generation, jobId }) {
      const timerId = jobId === undefined ? undefined : timerIdOf(jobId);
      await opened().ask({
        type: "checkpoint",
        runId,
        ops,
        ...(timerId === undefined ? {} : { timerId }),
        ...(generation === undefined || generation === 0 ? {} : { generation }),
      });
    },

    async readRunEvents(runId) {
      const run = await loadLive(runId);
      return `[${run.events.map(eventToWireJson).join(",")}]`;
    },
    async readRunSteps(runId) {
      const { outputs, inputs } = (await loadLive(runId)).state;
      const steps = [...outputs, ...inputs].map(([id, json]) => `${JSON.stringify(id)}:${json}`);
      return `{${steps.join(",")}}`;
    },

    callsInFlight: () => peek()?.dispatcher.inFlight() ?? [],
  };

  async function loadRun(
    { store: from }: Pick<EngineOptions, "store">,
    runId: string,
  ): Promise<Awaited<ReturnType<typeof store.loadRuns>>[number]> {
    const [run] = await from.loadRuns([runId]);
    if (run === undefined) throw runNotFound(runId);
    if (run.state.head.endedAtMs !== undefined) {
      throw new EverstepError(
        "run_gone",
        `Run ${runId} has ended (${run.state.head.status}); its state is no longer served to apps.`,
      );
    }
    return run;
  }
}

function internalIdOf(
  partition: Partition,
  { seed }: SendOptions,
  at: { receivedAtMs: number; index: number },
): string {
  return seed === undefined
    ? partition.identity.newUlid(at.receivedAtMs)
    : ulidFromSeed(seed, at.index);
}

function invokedEvent(
  partition: Partition,
  call: { slug: string; input: InvokeInput; send: SendOptions; receivedAtMs: number },
): EventRecord {
  const { slug, input, send, receivedAtMs } = call;
  const internalId = internalIdOf(partition, send, { receivedAtMs, index: 0 });
  const name = "inngest/function.invoked";
  return {
    internalId,
    id: input.id ?? internalId,
    name,
    dataJson: canonicalJson({ ...input.data, _inngest: { fn_id: slug, name } }),
    ...(input.user === undefined ? {} : { userJson: canonicalJson(input.user) }),
    ...(input.v === undefined ? {} : { v: input.v }),
    tsMs: receivedAtMs,
    receivedAtMs,
  };
}

function appByUrl(partition: Partition, url: string): AppRecord | undefined {
  const wanted = normalizeAppUrl(url);
  return partition.catalog.apps().find((app) => normalizeAppUrl(app.url) === wanted);
}

function strangerApp(
  url: string,
  failure: { code: string; message: string },
  nowMs: number,
): AppRecord {
  return {
    id: uuidFrom("stranger", url),
    name: url,
    url,
    sdk: "",
    method: "serve",
    checksum: "",
    error: failure.message,
    errorCode: failure.code,
    createdAtMs: nowMs,
    syncedAtMs: nowMs,
  };
}
