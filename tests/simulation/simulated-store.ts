// The real store behind a slow and failing disk: commits take virtual time, fail for a while, or are the last thing that a
// crashing engine did. Reads may take time too, as the port allows.
import type { Change, Store } from "@everstep/core";
import { EverstepError } from "@everstep/protocol";
import type { Dice } from "./dice.ts";
import type { History } from "./history.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface StoreFaults {
  /** Commits fail at this moment. */
  isFailing(): boolean;
  readonly commitMsMax: number;
  /** Reads take 0 to this many ms; 0: they answer at once. */
  readonly readMsMax: number;
}

export interface SimulatedStoreParts {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly history: History;
  readonly faults: StoreFaults;
  readonly isAlive: () => boolean;
  /** @returns Whether the engine has died here. */
  readonly dieAt: (point: string) => boolean;
  /** The database holds these changes now; the engine does not know yet. */
  readonly onApplied: (changes: readonly Change[]) => void;
  readonly onFault: () => void;
  readonly onHealthy: () => void;
}

export function simulateStore(inner: Store, parts: SimulatedStoreParts): Store {
  const { time, dice, history, faults, isAlive } = parts;

  const pause = async (msMax: number): Promise<void> => {
    const ms = msMax === 0 ? 0 : dice.int(0, msMax);
    if (ms > 0) await time.delay(ms);
    if (!isAlive()) await never();
  };

  const read = <Arguments extends unknown[], T>(
    load: (...given: Arguments) => T | Promise<T>,
  ): ((...given: Arguments) => T | Promise<T>) => {
    if (faults.readMsMax === 0) return load;
    return async (...given) => {
      await pause(faults.readMsMax);
      return load(...given);
    };
  };

  return {
    async open() {
      if (!isAlive()) return never();
      return inner.open();
    },
    async commit(changes) {
      // After a violation the engine stands still: one that turns in place would never let the simulation end.
      if (!isAlive() || history.violation !== undefined) return never();
      if (parts.dieAt("commit_before")) return never();
      if (faults.isFailing()) {
        parts.onFault();
        history.record("commit fails", { changes: changes.length });
        await pause(faults.commitMsMax);
        throw new EverstepError("store_unavailable", "The simulated disk is full.");
      }
      await pause(faults.commitMsMax);
      try {
        await inner.commit(changes);
      } catch (error) {
        history.violate("the store takes every batch", String(error));
        throw error;
      }
      history.record("commit", changes.map(summaryOf));
      parts.onApplied(changes);
      if (parts.dieAt("commit_after")) return never();
      await pause(faults.commitMsMax);
      parts.onHealthy();
    },
    loadRuns: read(inner.loadRuns),
    findWaits: read(inner.findWaits),
    findIdempotencyKeys: read(inner.findIdempotencyKeys),
    findEventIds: read(inner.findEventIds),
    listTimers: read(inner.listTimers),
    listLanes: read(inner.listLanes),
    countTimersBefore: read(inner.countTimersBefore),
    findLimiters: read(inner.findLimiters),
    listCalled: read(inner.listCalled),
    findSlots: read(inner.findSlots),
    findEvents: read(inner.findEvents),
    loadBatchEvents: read(inner.loadBatchEvents),
    sweepExpired: (nowMs, rowsMax) => (isAlive() ? inner.sweepExpired(nowMs, rowsMax) : never()),
  };
}

/** Enough of a change to follow what happened. */
function summaryOf(change: Change): string {
  switch (change.type) {
    case "event_added":
      return `event+ ${change.event.internalId} ${change.event.name}`;
    case "run_added":
      return `run+ ${change.run.id} of ${change.run.functionId.slice(0, 8)}`;
    case "run_patched":
      return `run ${change.runId} ${JSON.stringify(change.patch)}`;
    case "step_added":
      return `step+ ${change.step.runId}.${change.step.stepId} ${change.step.name} ${change.step.outputJson}`;
    case "attempt_added": {
      const { runId, generation, attempt, status } = change.attempt;
      return `attempt+ ${runId} g${generation} #${attempt} ${status}`;
    }
    case "timer_added": {
      const { id, kind, runId, dueAtMs, attempt, op } = change.timer;
      return `timer+ ${id} ${kind} ${runId ?? ""} due ${dueAtMs} #${attempt} ${op?.name ?? ""}`;
    }
    case "timer_removed":
      return `timer- ${change.timerId}`;
    case "timer_attempt_reset":
      return `timer reset ${change.timerId}`;
    case "timer_called":
      return `timer called ${change.timerId}`;
    case "wait_added":
      return `wait+ ${change.wait.id} ${change.wait.kind} ${change.wait.eventName} ${change.wait.matchKey}`;
    case "wait_removed":
      return `wait- ${change.waitId}`;
    default:
      return change.type;
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
