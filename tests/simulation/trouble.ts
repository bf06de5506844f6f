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
  /** Resumes every function, again and again until it is acknowledged. */
  resumeAll(): void;
  /** The engine is down: it comes back after a while. */
  restartSoon(): void;
  countCrash(): void;
}

const DOWN_MS_MAX = 30_000;
const PAUSE_MS_MAX = 90_000;
const OUTAGE_MS_MAX = 60_000;
const GRACE_MS_MAX = 3_000;

export function startTrouble(parts: TroubleParts): Trouble {
  const trouble = new Troubles(parts);
  trouble.schedule();
  return trouble;
}

class Troubles implements Trouble {
  readonly #parts: TroubleParts;
  readonly #endsAtMs: number;
  /** The latest registration of each app: an older one that still tries gives up. */
  readonly #latest = new Map<string, number>();
  #diskOutages = 0;
  #crashes = 0;

  constructor(parts: TroubleParts) {
    this.#parts = parts;
    this.#endsAtMs = parts.time.nowMs + parts.plan.activeMs;
  }

  get isActive(): boolean {
    return this.#parts.time.nowMs < this.#endsAtMs;
  }

  get isDiskFailing(): boolean {
    const { dice, plan } = this.#parts;
    return this.isActive && (this.#diskOutages > 0 || dice.chance(plan.commitFailure));
  }

  get crashes(): number {
    return this.#crashes;
  }

  schedule(): void {
    const { plan, dice, life, apps } = this.#parts;
    this.#times(plan.crashes, () => life.crash("at a random moment"));
    this.#times(plan.stops, () => void life.stop(dice.int(0, GRACE_MS_MAX)));
    this.#times(plan.appOutages, () => this.#takeDown(dice.pick([...apps.values()])));
    this.#times(plan.storeOutages, () => this.#failDisk());
    this.#times(plan.pauses, () => this.#pause());
    this.#times(plan.limitChanges, () => this.#changeLimit());
    this.#times(plan.resyncs, () => {
      const app = dice.pick(plan.apps);
      const without = dice.chance(0.3) ? { without: dice.pick(app.functions).slug } : {};
      const concurrency = dice.chance(0.5) ? { concurrency: dice.int(1, 3) } : {};
      void this.#register(app, { isCronless: dice.chance(0.3), ...without, ...concurrency });
    });
  }

  #pause(): void {
    const { dice, life, plan, time, history } = this.#parts;
    const { slug } = dice.pick(dice.pick(plan.apps).functions);
    history.record("pause", slug);
    void life.ask((engine) =>
      engine.setPaused({ functionId: slug, isPaused: true, actor: "trouble" }),
    );
    const resumeAtMs = time.nowMs + dice.int(1, PAUSE_MS_MAX);
    time.at(Math.min(resumeAtMs, this.#endsAtMs), () => void this.#resume(slug));
  }

  async #resume(slug: string): Promise<void> {
    const { life, history, time } = this.#parts;
    for (;;) {
      const outcome = await life.ask((engine) =>
        engine.setPaused({ functionId: slug, isPaused: false, actor: "trouble" }),
      );
      history.record(`resume ${slug}: ${outcome.kind}`);
      if (outcome.kind === "acked") return;
      await time.delay(500);
    }
  }

  #changeLimit(): void {
    const { dice, life, plan, history } = this.#parts;
    const { slug } = dice.pick(dice.pick(plan.apps).functions);
    const concurrency = dice.chance(0.3) ? "code" : [{ limit: dice.int(1, 3) }];
    history.record(`limit of ${slug}`, concurrency);
    void life.ask((engine) =>
      engine.setLimits({ functionId: slug, patch: { concurrency }, actor: "trouble" }),
    );
  }

  registerAll(options: { isCronless: boolean }): void {
    for (const app of this.#parts.plan.apps) void this.#register(app, options);
  }

  resumeAll(): void {
    for (const { slug } of this.#parts.plan.apps.flatMap((app) => app.functions)) {
      void this.#resume(slug);
    }
  }

  restartSoon(): void {
    const { time, dice, life, history } = this.#parts;
    time.at(time.nowMs + dice.int(0, DOWN_MS_MAX), () => {
      life.start().catch((error: unknown) => {
        history.violate("the engine starts", String(error));
      });
    });
  }

  countCrash(): void {
    this.#crashes += 1;
  }

  #times(count: number, act: () => void): void {
    const { time, dice, plan } = this.#parts;
    for (let each = 0; each < count; each += 1) {
      time.at(time.nowMs + dice.int(1, plan.activeMs), act);
    }
  }

  async #register(app: PlannedApp, options: Parameters<typeof registration>[1]): Promise<void> {
    const { life, history, time } = this.#parts;
    const number = (this.#latest.get(app.name) ?? 0) + 1;
    this.#latest.set(app.name, number);
    while (this.#latest.get(app.name) === number) {
      const outcome = await life.ask((engine) => engine.syncApp(registration(app, options)));
      history.record(`app ${app.name} registers: ${outcome.kind}`, options);
      if (outcome.kind === "acked") return;
      await time.delay(500);
    }
  }

  #takeDown(app: AppProcess): void {
    if (!app.isUp) return;
    const { history } = this.#parts;
    history.record("app down");
    app.kill();
    this.#afterOutage(() => {
      history.record("app up");
      app.start();
    });
  }

  #failDisk(): void {
    const { history } = this.#parts;
    history.record("disk fails");
    this.#diskOutages += 1;
    this.#afterOutage(() => {
      history.record("disk works");
      this.#diskOutages -= 1;
    });
  }

  #afterOutage(mend: () => void): void {
    const { time, dice } = this.#parts;
    time.at(Math.min(time.nowMs + dice.int(100, OUTAGE_MS_MAX), this.#endsAtMs), mend);
  }
}
