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
  checkpoint(request: Parameters<AppIo["checkpoint"]>[0]): ReturnType<AppIo["checkpoint"]>;
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
  return new CheckingClient(parts);
}

class CheckingClient implements Client {
  readonly ackedEvents: AckedEvent[] = [];
  readonly #parts: ClientParts;
  #places = 0;
  #ackedCount = 0;

  constructor(parts: ClientParts) {
    this.#parts = parts;
  }

  get ackedCount(): number {
    return this.#ackedCount;
  }

  async send(events: readonly EventInput[]): Promise<readonly string[] | undefined> {
    const seed = { atMs: this.#parts.time.nowMs, entropy: this.#parts.dice.bytes(10) };
    const isSeeded = this.#parts.dice.chance(0.7);
    const sent = (this.#places += 1);
    for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
      const outcome = await this.#ask("sends", (engine) =>
        engine.sendEvents(events, isSeeded ? { seed } : {}),
      );
      if (outcome.kind === "acked") {
        const acked = (this.#places += 1);
        for (const id of outcome.value) {
          this.#mustHold(this.#parts.model.events.has(id), `event ${id}`);
          this.ackedEvents.push({ id, sent, acked });
        }
        this.#mustHold(outcome.value.length === events.length, "as many ids as events");
        return outcome.value;
      }
      // Without a seed a repeated request would be another one.
      if (!isSeeded && outcome.kind === "unknown") return undefined;
      await this.#parts.time.delay(100 * 2 ** attempt);
    }
    return undefined;
  }

  async cancel(runId: string): Promise<void> {
    const outcome = await this.#ask("cancels", (engine) => engine.cancelRun(runId));
    if (outcome.kind !== "acked") return;
    const status = this.#parts.model.runs.get(runId)?.head.status;
    this.#mustHold(status === "cancelled", `the cancellation of run ${runId}, which is ${status}`);
  }

  async signal(name: string): Promise<void> {
    const mark = `signal ${(this.#places += 1)}`;
    const outcome = await this.#ask("signals", (engine) =>
      engine.signal(name, JSON.stringify(mark)),
    );
    if (outcome.kind !== "acked") return;
    const outputs =
      this.#parts.model.runs.get(outcome.value.runId)?.outputs ?? new Map<string, string>();
    const count = [...outputs.values()].filter((json) => json.includes(mark)).length;
    this.#mustHold(count === 1, `${mark} for run ${outcome.value.runId}, found ${count} times`);
  }

  async invoke(slug: string, data: JsonObject): Promise<void> {
    const outcome = await this.#ask("invokes", (engine) => engine.invoke(slug, { data }));
    if (outcome.kind !== "acked") return;
    const { runId, outcome: fate } = outcome.value;
    this.#mustHold(
      fate !== undefined || this.#parts.model.runs.has(runId),
      `the run of ${slug} that was invoked`,
    );
  }

  async rerun(runId: string, stepId: string | undefined): Promise<void> {
    const from = stepId === undefined ? {} : { fromStep: { stepId } };
    const outcome = await this.#ask("reruns", (engine) => engine.rerun({ runId, ...from }));
    if (outcome.kind === "acked")
      this.#mustHold(this.#parts.model.runs.has(outcome.value.runId), "a rerun");
  }

  async cancelMany(appName: string, slug: string): Promise<void> {
    const beforeMs = this.#parts.time.nowMs;
    const wanted = [...this.#parts.model.runs.values()].filter(
      (run) =>
        this.#parts.model.functions.get(run.head.functionId)?.config.slug === slug &&
        run.head.createdAtMs < beforeMs,
    );
    const outcome = await this.#ask("cancels many", (engine) =>
      engine.cancelMany({ appId: appName, functionId: slug, startedBeforeMs: beforeMs }),
    );
    if (outcome.kind !== "acked") return;
    for (const { head } of wanted) {
      const run = this.#parts.model.runs.get(head.id);
      this.#mustHold(run !== undefined && hasEnded(run), `the bulk cancellation of run ${head.id}`);
    }
  }

  async checkpoint(request: Parameters<AppIo["checkpoint"]>[0]): ReturnType<AppIo["checkpoint"]> {
    const { runId, ops, generation, jobId, callGeneration } = request;
    for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
      const outcome = await this.#ask(`checkpoints ${runId} g${callGeneration}`, (engine) =>
        engine.checkpoint({
          runId,
          ops: parseOps(ops),
          ...(generation === undefined ? {} : { generation }),
          ...(jobId === undefined ? {} : { jobId }),
        }),
      );
      if (outcome.kind === "acked") {
        const stepIds = ops.map((op) => op["id"] as string);
        this.#parts.onCheckpointAcked({
          runId,
          stepIds,
          callGeneration,
          isFenced: generation !== undefined,
        });
        return "saved";
      }
      if (outcome.kind === "refused" && outcome.error.code === "dispatch_stale") return "stale";
      await this.#parts.time.delay(100 * 2 ** attempt);
    }
    return "failed";
  }

  async #ask<T>(name: string, what: (engine: Engine) => Promise<T>): Promise<Outcome<T>> {
    const { time, dice, life, history } = this.#parts;
    await time.delay(dice.int(0, NETWORK_MS_MAX));
    const outcome = await life.ask(what);
    const said = outcome.kind === "refused" ? outcome.error.code : outcome.kind;
    history.record(`client ${name}: ${said}`);
    if (outcome.kind === "acked") this.#ackedCount += 1;
    if (outcome.kind === "refused" && outcome.error.code === "internal") {
      history.violate("no internal errors", `${name}: ${outcome.error.message}`);
    }
    return outcome;
  }

  #mustHold(isHeld: boolean, what: string): void {
    if (!isHeld) this.#parts.history.violate("acked is stored", what);
  }
}
