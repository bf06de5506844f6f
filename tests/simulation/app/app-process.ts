// One simulated app: its functions' programs, what its steps did to the outside world, and its life: while it is down
// nothing of it runs, and executions under way are gone.
import type { Dice } from "../dice.ts";
import type { VirtualTime } from "../virtual-time.ts";
import {
  executeCall,
  type Answer,
  type AppIo,
  type AppTraits,
  type CallBody,
} from "./execute-call.ts";
import type { Program } from "./program.ts";

export interface AppProcess {
  readonly isUp: boolean;
  /** @throws When the process ends before it has answered. */
  handle(functionSlug: string, call: CallBody): Promise<Answer>;
  kill(): void;
  start(): void;
}

class AppDied extends Error {}

export interface AppParts {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly traits: AppTraits;
  readonly programs: ReadonlyMap<string, Program>;
  readonly sendEvents: AppIo["sendEvents"];
  readonly checkpoint: AppIo["checkpoint"];
  readonly onStep: (step: { runId: string; stepId: string; generation: number }) => void;
  readonly violate: AppIo["violate"];
}

export function createAppProcess(parts: AppParts): AppProcess {
  const { time, dice, traits, programs } = parts;
  /** What the outside world remembers, also over restarts of the app. */
  const starts = new Map<string, number>();
  const visits = new Map<string, number>();
  let life = { isUp: true, onDeath: new Set<() => void>() };

  const count = (counts: Map<string, number>, key: string): number => {
    const before = counts.get(key) ?? 0;
    counts.set(key, before + 1);
    return before;
  };

  const ioOf = (own: { isUp: boolean }): AppIo => {
    const alive = async <T>(work: Promise<T>): Promise<T> => {
      const value = await work;
      return own.isUp ? value : never();
    };
    return {
      dice,
      nowMs: () => time.nowMs,
      delay: (ms) => alive(time.delay(ms)),
      beginStep(runId, stepId, generation) {
        parts.onStep({ runId, stepId, generation });
        return count(starts, `${runId}.${stepId}`);
      },
      countVisits: (runId, id) => count(visits, `${runId}.${id}`),
      sendEvents: (events) => alive(parts.sendEvents(events)),
      checkpoint: (request) => alive(parts.checkpoint(request)),
      violate: parts.violate,
    };
  };

  return {
    get isUp() {
      return life.isUp;
    },
    handle(functionSlug, call) {
      const program = programs.get(functionSlug);
      if (program === undefined) throw new Error(`The app has no function ${functionSlug}.`);
      const own = life;
      return new Promise((resolve, reject) => {
        const die = (): void => reject(new AppDied("the app died"));
        own.onDeath.add(die);
        executeCall(call, program, { traits, io: ioOf(own) })
          .then(resolve, reject)
          .finally(() => own.onDeath.delete(die));
      });
    },
    kill() {
      life.isUp = false;
      for (const die of life.onDeath) die();
    },
    start() {
      life = { isUp: true, onDeath: new Set() };
    },
  };
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
