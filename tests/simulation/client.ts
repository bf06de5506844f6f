// The clients of the engine: they send, cancel and signal, remember what was acknowledged, and check at once that it is
// stored. A request may be cut off; then its fate is unknown and nothing is claimed about it.
import type { Engine } from "@everstep/engine";
import { parseOps, type EventInput, type JsonObject } from "@everstep/protocol";
import type { AppIo } from "./app/execute-call.ts";
import { hasEnded, type Model } from "./checkers/model.ts";
import type { Dice } from "./dice.ts";
import type { EngineLife, Outcome } from "./engine-life.ts";
import type { History } from "./history.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** One acknowledged event: when its request was sent and acknowledged, as places in one count. */
export interface AckedEvent {
  readonly id: string;
  readonly sent: number;
  readonly acked: number;
}

export interface AckedCheckpoint {
  readonly runId: string;
  readonly stepIds: readonly string[];
  /** The dispatch that sent it. */
  readonly callGeneration: number;
  /** Whether it told the engine which dispatch it is. */
  readonly isFenced: boolean;
}

export interface Client {
  readonly ackedEvents: readonly AckedEvent[];
  readonly ackedCount: number;
  /** @returns Ids of the stored events, undefined when that is unknown. */
  send(events: readonly EventInput[]): Promise<readonly string[] | undefined>;
  cancel(runId: string): Promise<void>;
  signal(name: string): Promise<void>;
  invoke(slug: string, data: JsonObject): Promise<void>;
  rerun(runId: string, stepId: string | undefined): Promise<void>;
  cancelMany(appName: string, slug: string): Promise<void>;
  checkpoint: AppIo["checkpoint"];
}

export interface ClientParts {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly history: History;
  readonly life: EngineLife;
  readonly model: Model;
  readonly onCheckpointAcked: (checkpoint: AckedCheckpoint) => void;
}

const TRIES_MAX = 5;
const NETWORK_MS_MAX = 5;

export function createClient(parts: ClientParts): Client {
  const { time, dice, history, life, model } = parts;
  const ackedEvents: AckedEvent[] = [];
  let places = 0;
  let ackedCount = 0;

  const ask = async <T>(
    name: string,
    what: (engine: Engine) => Promise<T>,
  ): Promise<Outcome<T>> => {
    await time.delay(dice.int(0, NETWORK_MS_MAX));
    const outcome = await life.ask(what);
    const said = outcome.kind === "refused" ? outcome.error.code : outcome.kind;
    history.record(`client ${name}: ${said}`);
    if (outcome.kind === "acked") ackedCount += 1;
    if (outcome.kind === "refused" && outcome.error.code === "internal") {
      history.violate("no internal errors", `${name}: ${outcome.error.message}`);
    }
    return outcome;
  };

  const mustHold = (isHeld: boolean, what: string): void => {
    if (!isHeld) history.violate("acked is stored", what);
  };

  return {
    ackedEvents,
    get ackedCount() {
      return ackedCount;
    },
    async send(events) {
      const seed = { atMs: time.nowMs, entropy: dice.bytes(10) };
      const isSeeded = dice.chance(0.7);
      const sent = (places += 1);
      for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
        const outcome = await ask("sends", (engine) =>
          engine.sendEvents(events, isSeeded ? { seed } : {}),
        );
        if (outcome.kind === "acked") {
          const acked = (places += 1);
          for (const id of outcome.value) {
            mustHold(model.events.has(id), `event ${id}`);
            ackedEvents.push({ id, sent, acked });
          }
          mustHold(outcome.value.length === events.length, "as many ids as events");
          return outcome.value;
        }
        // Without a seed a repeated request would be another one.
        if (!isSeeded && outcome.kind === "unknown") return undefined;
        await time.delay(100 * 2 ** attempt);
      }
      return undefined;
    },
    async cancel(runId) {
      const outcome = await ask("cancels", (engine) => engine.cancelRun(runId));
      if (outcome.kind !== "acked") return;
      const status = model.runs.get(runId)?.head.status;
      mustHold(status === "cancelled", `the cancellation of run ${runId}, which is ${status}`);
    },
    async signal(name) {
      const mark = `signal ${(places += 1)}`;
      const outcome = await ask("signals", (engine) => engine.signal(name, JSON.stringify(mark)));
      if (outcome.kind !== "acked") return;
      const outputs = model.runs.get(outcome.value.runId)?.outputs ?? new Map<string, string>();
      const count = [...outputs.values()].filter((json) => json.includes(mark)).length;
      mustHold(count === 1, `${mark} for run ${outcome.value.runId}, found ${count} times`);
    },
    async invoke(slug, data) {
      const outcome = await ask("invokes", (engine) => engine.invoke(slug, { data }));
      if (outcome.kind !== "acked") return;
      mustHold(model.runs.has(outcome.value.runId), `the run of ${slug} that was invoked`);
    },
    async rerun(runId, stepId) {
      const from = stepId === undefined ? {} : { fromStep: { stepId } };
      const outcome = await ask("reruns", (engine) => engine.rerun({ runId, ...from }));
      if (outcome.kind === "acked") mustHold(model.runs.has(outcome.value.runId), "a rerun");
    },
    async cancelMany(appName, slug) {
      const beforeMs = time.nowMs;
      const wanted = [...model.runs.values()].filter(
        (run) =>
          model.functions.get(run.head.functionId)?.config.slug === slug &&
          run.head.createdAtMs < beforeMs,
      );
      const outcome = await ask("cancels many", (engine) =>
        engine.cancelMany({ appId: appName, functionId: slug, startedBeforeMs: beforeMs }),
      );
      if (outcome.kind !== "acked") return;
      for (const { head } of wanted) {
        const run = model.runs.get(head.id);
        mustHold(run !== undefined && hasEnded(run), `the bulk cancellation of run ${head.id}`);
      }
    },
    async checkpoint({ runId, ops, generation, jobId, callGeneration }) {
      for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
        const outcome = await ask(`checkpoints ${runId} g${callGeneration}`, (engine) =>
          engine.checkpoint({
            runId,
            ops: parseOps(ops),
            ...(generation === undefined ? {} : { generation }),
            ...(jobId === undefined ? {} : { jobId }),
          }),
        );
        if (outcome.kind === "acked") {
          const stepIds = ops.map((op) => op["id"] as string);
          parts.onCheckpointAcked({
            runId,
            stepIds,
            callGeneration,
            isFenced: generation !== undefined,
          });
          return "saved";
        }
        if (outcome.kind === "refused" && outcome.error.code === "dispatch_stale") return "stale";
        await time.delay(100 * 2 ** attempt);
      }
      return "failed";
    },
  };
}
