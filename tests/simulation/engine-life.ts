// The lives of the engine over one database: started, crashed at any moment, started again. A crashed engine is cut off from
// the world: its clock stands still, its calls reach nobody, and nothing that it still does is seen.
import {
  createEngine,
  type Clock,
  type Engine,
  type LogEntry,
  type Transport,
} from "@everstep/engine";
import { openSqliteStore, type SqliteStore } from "@everstep/store-sqlite";
import { EverstepError } from "@everstep/protocol";
import type { Change, Store } from "@everstep/core";
import type { DatabaseSync } from "node:sqlite";
import type { Dice } from "./dice.ts";
import type { History } from "./history.ts";
import type { EngineSide } from "./network.ts";
import { simulateStore, type StoreFaults } from "./simulated-store.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What a client knows after a request: refused for sure, answered, or cut off without an answer. */
export type Outcome<T> =
  | { readonly kind: "acked"; readonly value: T }
  | { readonly kind: "refused"; readonly error: EverstepError }
  | { readonly kind: "unknown" };

export interface EngineLife {
  readonly isUp: boolean;
  /** Since when it has been able to work without any fault; undefined while it is not. */
  readonly healthySinceMs: number | undefined;
  start(): Promise<void>;
  crash(where: string): void;
  stop(graceMs: number): Promise<void>;
  ask<T>(what: (engine: Engine) => Promise<T>): Promise<Outcome<T>>;
}

export interface EngineLifeParts {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly history: History;
  readonly database: DatabaseSync;
  readonly faults: StoreFaults;
  readonly retryIntervalMs: number | undefined;
  readonly callTimeoutMs: number;
  /** The network as one life of the engine sees it. */
  readonly connect: (life: EngineSide) => Transport;
  readonly onApplied: (changes: readonly Change[]) => void;
  readonly onStarted: (opened: SqliteStore) => Promise<void>;
  readonly onCrash: () => void;
  /** Asked at each named point of an engine's turn: should it die here? */
  readonly diesAt: (point: string) => boolean;
}

interface Life {
  readonly number: number;
  readonly opened: SqliteStore;
  readonly engine: Engine;
  isAlive: boolean;
  isReady: boolean;
  readonly onDeath: Set<() => void>;
}

export function createEngineLife(parts: EngineLifeParts): EngineLife {
  return new Lives(parts);
}

class Lives implements EngineLife {
  readonly #parts: EngineLifeParts;
  #current: Life | undefined;
  #count = 0;
  #healthySinceMs: number | undefined;

  constructor(parts: EngineLifeParts) {
    this.#parts = parts;
  }

  get isUp(): boolean {
    return this.#current?.isReady === true;
  }

  get healthySinceMs(): number | undefined {
    return this.#healthySinceMs;
  }

  async start(): Promise<void> {
    if (this.#current !== undefined) return;
    const { history, time, onStarted } = this.#parts;
    const life = this.#bear();
    this.#current = life;
    history.record("engine starts", { life: life.number });
    await onStarted(life.opened);
    await life.engine.start();
    if (!life.isAlive) return;
    life.isReady = true;
    this.#healthySinceMs = time.nowMs;
    history.record("engine ready", { life: life.number });
  }

  crash(where: string): void {
    if (this.#current === undefined) return;
    this.#parts.history.record("crash", { where });
    const { onDeath } = this.#current;
    this.#current.isAlive = false;
    this.#current = undefined;
    this.#healthySinceMs = undefined;
    for (const die of onDeath) die();
    this.#parts.onCrash();
  }

  async stop(graceMs: number): Promise<void> {
    const life = this.#current;
    if (life === undefined || !life.isReady) return;
    this.#parts.history.record("engine stops", { graceMs });
    this.#healthySinceMs = undefined;
    life.isReady = false;
    await life.engine.stop({ graceMs });
    if (life.isAlive) this.crash("stopped");
  }

  async ask<T>(what: (engine: Engine) => Promise<T>): Promise<Outcome<T>> {
    const life = this.#current;
    if (life === undefined || !life.isReady) {
      return { kind: "refused", error: new EverstepError("shutting_down", "No engine is up.") };
    }
    return new Promise((resolve) => {
      const die = (): void => resolve({ kind: "unknown" });
      life.onDeath.add(die);
      outcomeOf(what(life.engine))
        .then((outcome) => {
          if (life.isAlive) resolve(outcome);
          return life.onDeath.delete(die);
        })
        .catch((error: unknown) =>
          this.#parts.history.violate("no internal errors", String(error)),
        );
    });
  }

  #bear(): Life {
    const { dice, time, history, database, connect, retryIntervalMs, callTimeoutMs } = this.#parts;
    this.#count += 1;
    const number = this.#count;
    const opened = openSqliteStore({ path: ":memory:", database });
    const core = { isAlive: true, number };
    const clock: Clock = {
      nowMs: () => time.nowMs,
      at: (atMs, fire) => time.at(atMs, () => (life.isAlive ? fire() : undefined)),
    };
    const engine = createEngine({
      clock,
      history: opened.history,
      store: this.#storeOf(opened, () => life),
      chance: dice.fork(`engine ${number}`),
      transport: connect(core),
      log: (entry) => {
        if (life.isAlive) note(history, entry);
      },
      ...(retryIntervalMs === undefined ? {} : { retryIntervalMs }),
      limits: { callTimeoutMs },
      failpoint: (point) => {
        if (this.#diesAt(life, point)) throw new Error(`simulated crash at ${point}`);
      },
    });
    const onDeath = new Set<() => void>();
    const life: Life = Object.assign(core, { opened, engine, isReady: false, onDeath });
    return life;
  }

  #storeOf({ store }: SqliteStore, lifeOf: () => Life): Store {
    const { dice, time, history, faults, onApplied } = this.#parts;
    return simulateStore(store, {
      time,
      history,
      faults,
      onApplied,
      dice: dice.fork(`store ${this.#count}`),
      isAlive: () => lifeOf().isAlive,
      dieAt: (point) => this.#diesAt(lifeOf(), point),
      onFault: () => {
        if (lifeOf().isAlive) this.#healthySinceMs = undefined;
      },
      onHealthy: () => {
        if (lifeOf().isAlive && lifeOf().isReady) this.#healthySinceMs ??= time.nowMs;
      },
    });
  }

  #diesAt(life: Life, point: string): boolean {
    if (!life.isAlive || !this.#parts.diesAt(point)) return false;
    this.crash(point);
    return true;
  }
}

function note(history: History, { level, message, fields }: LogEntry): void {
  if (level === "debug") return;
  history.record(`log ${level}: ${message}`, fields);
  const isInternal = level === "error" && !message.startsWith("A commit failed");
  if (isInternal) history.violate("no internal errors", `${message} ${JSON.stringify(fields)}`);
}

async function outcomeOf<T>(answer: Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: "acked", value: await answer };
  } catch (error) {
    if (error instanceof EverstepError) return { kind: "refused", error };
    throw error;
  }
}
