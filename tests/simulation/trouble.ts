// When things go wrong: crashes and stops of the engine, outages of apps and of the disk, new registrations. All of it ends
// with the active time; what is left then must come to its end by itself.
import type { AppProcess } from "./app/app-process.ts";
import type { Dice } from "./dice.ts";
import type { EngineLife } from "./engine-life.ts";
import type { History } from "./history.ts";
import { registration, type Plan, type PlannedApp } from "./plan.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface TroubleParts {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly plan: Plan;
  readonly history: History;
  readonly life: EngineLife;
  readonly apps: ReadonlyMap<string, AppProcess>;
}

export interface Trouble {
  readonly isActive: boolean;
  readonly isDiskFailing: boolean;
  readonly crashes: number;
  /** Registers every app, again and again until it is acknowledged. */
  registerAll(options: { isCronless: boolean }): void;
  /** The engine is down: it comes back after a while. */
  restartSoon(): void;
  countCrash(): void;
}

const DOWN_MS_MAX = 30_000;
const OUTAGE_MS_MAX = 60_000;
const GRACE_MS_MAX = 3_000;

export function startTrouble(parts: TroubleParts): Trouble {
  const { time, dice, plan, history, life, apps } = parts;
  const endsAtMs = time.nowMs + plan.activeMs;
  let diskOutages = 0;
  let crashes = 0;
  /** The latest registration of each app: an older one that still tries gives up. */
  const latest = new Map<string, number>();

  const times = (count: number, act: () => void): void => {
    for (let each = 0; each < count; each += 1) {
      time.at(time.nowMs + dice.int(1, plan.activeMs), act);
    }
  };

  const register = async (
    app: PlannedApp,
    options: Parameters<typeof registration>[1],
  ): Promise<void> => {
    const number = (latest.get(app.name) ?? 0) + 1;
    latest.set(app.name, number);
    while (latest.get(app.name) === number) {
      const outcome = await life.ask((engine) => engine.syncApp(registration(app, options)));
      history.record(`app ${app.name} registers: ${outcome.kind}`, options);
      if (outcome.kind === "acked") return;
      await time.delay(500);
    }
  };

  const takeDown = (app: AppProcess): void => {
    if (!app.isUp) return;
    history.record("app down");
    app.kill();
    time.at(Math.min(time.nowMs + dice.int(100, OUTAGE_MS_MAX), endsAtMs), () => {
      history.record("app up");
      app.start();
    });
  };

  const failDisk = (): void => {
    history.record("disk fails");
    diskOutages += 1;
    time.at(Math.min(time.nowMs + dice.int(100, OUTAGE_MS_MAX), endsAtMs), () => {
      history.record("disk works");
      diskOutages -= 1;
    });
  };

  times(plan.crashes, () => life.crash("at a random moment"));
  times(plan.stops, () => void life.stop(dice.int(0, GRACE_MS_MAX)));
  times(plan.appOutages, () => takeDown(dice.pick([...apps.values()])));
  times(plan.storeOutages, failDisk);
  times(plan.resyncs, () => {
    const app = dice.pick(plan.apps);
    const without = dice.chance(0.3) ? { without: dice.pick(app.functions).slug } : {};
    const concurrency = dice.chance(0.5) ? { concurrency: dice.int(1, 3) } : {};
    void register(app, { isCronless: dice.chance(0.3), ...without, ...concurrency });
  });

  return {
    get isActive() {
      return time.nowMs < endsAtMs;
    },
    get isDiskFailing() {
      const isActive = time.nowMs < endsAtMs;
      return isActive && (diskOutages > 0 || dice.chance(plan.commitFailure));
    },
    get crashes() {
      return crashes;
    },
    registerAll(options) {
      for (const app of plan.apps) void register(app, options);
    },
    restartSoon() {
      time.at(time.nowMs + dice.int(0, DOWN_MS_MAX), () => {
        life.start().catch((error: unknown) => {
          history.violate("the engine starts", String(error));
        });
      });
    },
    countCrash() {
      crashes += 1;
    },
  };
}
