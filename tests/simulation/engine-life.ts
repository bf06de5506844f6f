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
import type { Change } from "@everstep/core";
import type { DatabaseSync } from "node:sqlite";
import type { Dice } from "./dice.ts";
import type { History } from "./history.ts";
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
  readonly connect: (life: { isAlive: boolean; number: number }) => Transport;
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
  const { time, dice, history } = parts;
  let current: Life | undefined;
  let lives = 0;
  let healthySinceMs: number | undefined;

  const crash = (where: string): void => {
    if (current === undefined) return;
    history.record("crash", { where });
    const { onDeath } = current;
    current.isAlive = false;
    current = undefined;
    healthySinceMs = undefined;
    for (const die of onDeath) die();
    parts.onCrash();
  };

  const dieAt = (life: Life, point: string): boolean => {
    if (!life.isAlive || !parts.diesAt(point)) return false;
    crash(point);
    return true;
  };

  const bear = (): Life => {
    lives += 1;
    const number = lives;
    const opened = openSqliteStore({ path: ":memory:", database: parts.database });
    const core = { isAlive: true, number };
    const clock: Clock = {
      nowMs: () => time.nowMs,
      at: (atMs, fire) => time.at(atMs, () => (life.isAlive ? fire() : undefined)),
    };
    const store = simulateStore(opened.store, {
      time,
      history,
      dice: dice.fork(`store ${number}`),
      faults: parts.faults,
      isAlive: () => life.isAlive,
      dieAt: (point) => dieAt(life, point),
      onApplied: parts.onApplied,
      onFault: () => {
        if (life.isAlive) healthySinceMs = undefined;
      },
      onHealthy: () => {
        if (life.isAlive && life.isReady) healthySinceMs ??= time.nowMs;
      },
    });
    const engine = createEngine({
      store,
      clock,
      history: opened.history,
      chance: dice.fork(`engine ${number}`),
      transport: parts.connect(core),
      log: (entry) => {
        if (life.isAlive) note(entry);
      },
      ...(parts.retryIntervalMs === undefined ? {} : { retryIntervalMs: parts.retryIntervalMs }),
      limits: { callTimeoutMs: parts.callTimeoutMs },
      failpoint: (point) => {
        if (dieAt(life, point)) throw new Error(`simulated crash at ${point}`);
      },
    });
    const life: Life = Object.assign(core, {
      opened,
      engine,
      isReady: false,
      onDeath: new Set<() => void>(),
    });
    return life;
  };

  const note = ({ level, message, fields }: LogEntry): void => {
    if (level === "debug") return;
    history.record(`log ${level}: ${message}`, fields);
    const isInternal = level === "error" && !message.startsWith("A commit failed");
    if (isInternal) history.violate("no internal errors", `${message} ${JSON.stringify(fields)}`);
  };

  return {
    get isUp() {
      return current?.isReady === true;
    },
    get healthySinceMs() {
      return healthySinceMs;
    },
    async start() {
      if (current !== undefined) return;
      const life = bear();
      current = life;
      history.record("engine starts", { life: life.number });
      await parts.onStarted(life.opened);
      await life.engine.start();
      if (!life.isAlive) return;
      life.isReady = true;
      healthySinceMs = time.nowMs;
      history.record("engine ready", { life: life.number });
    },
    crash,
    async stop(graceMs) {
      const life = current;
      if (life === undefined || !life.isReady) return;
      history.record("engine stops", { graceMs });
      healthySinceMs = undefined;
      life.isReady = false;
      await life.engine.stop({ graceMs });
      if (!life.isAlive) return;
      crash("stopped");
    },
    async ask(what) {
      const life = current;
      if (life === undefined || !life.isReady) {
        return { kind: "refused", error: new EverstepError("shutting_down", "No engine is up.") };
      }
      return new Promise((resolve) => {
        const die = (): void => resolve({ kind: "unknown" });
        life.onDeath.add(die);
        const asked = outcomeOf(what(life.engine));
        asked
          .then((outcome) => {
            if (life.isAlive) resolve(outcome);
            return life.onDeath.delete(die);
          })
          .catch((error: unknown) => history.violate("no internal errors", String(error)));
      });
    },
  };
}

async function outcomeOf<T>(answer: Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: "acked", value: await answer };
  } catch (error) {
    if (error instanceof EverstepError) return { kind: "refused", error };
    throw error;
  }
}
