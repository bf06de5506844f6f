// Mixed load from a seed: starts tasks at an even pace and keeps what they expect. Tasks go on through crashes; `finish`
// stops starting new ones and resolves when all have been answered.
import { setTimeout as pause } from "node:timers/promises";
import type { CrashClient } from "./crash-client.ts";
import { Dice } from "./dice.ts";
import { TASKS, type Expectation, type Task, type TaskContext } from "./tasks.ts";

const PACE_MS = 50;
const OUTSTANDING_MAX = 14;
const BAG = Object.entries(TASKS).flatMap(([name, { weight }]) => Array(weight).fill(name));

export interface SentArray {
  readonly appId: string;
  readonly key: string;
}

export class Load {
  readonly expectations: Expectation[] = [];
  /** Tasks that ended on an answer that no client should get. */
  readonly failures: string[] = [];
  readonly arrays: SentArray[] = [];
  readonly #client: CrashClient;
  readonly #appIds: readonly string[];
  readonly #dice: Dice;
  readonly #names = new Set<string>();
  readonly #outstanding = new Set<Promise<void>>();
  #isStopped = false;
  #loop: Promise<void> | undefined;
  #started = 0;

  constructor(client: CrashClient, appIds: readonly string[], seed: number) {
    this.#client = client;
    this.#appIds = appIds;
    this.#dice = new Dice(seed);
  }

  begin(): void {
    this.#loop = this.#run();
  }

  /** Resolves when `count` more tasks have got all their answers. */
  async acked(count: number): Promise<void> {
    const target = this.expectations.length + count;
    while (this.expectations.length < target) await pause(10);
  }

  async finish(): Promise<void> {
    this.#isStopped = true;
    await this.#loop;
    while (this.#outstanding.size > 0) await Promise.all(this.#outstanding);
  }

  /** Forgets which tasks have been started, for `missing`. */
  resume(): void {
    this.#names.clear();
  }

  /** Names of the tasks that were not started yet. */
  missing(): string[] {
    return Object.keys(TASKS).filter((name) => !this.#names.has(name));
  }

  /** One task of each name, now. */
  startEach(names: readonly string[]): void {
    for (const name of names) this.#start(name);
  }

  #start(name: string): void {
    const found = TASKS[name];
    if (found === undefined) throw new Error(`name: no task is called "${name}"`);
    this.#started += 1;
    const appId = this.#dice.pick(this.#appIds);
    const key = `${name}-${this.#started}-${crypto.randomUUID().slice(0, 8)}`;
    const dice = new Dice(this.#dice.between(0, 0xff_ff_ff));
    this.#names.add(name);
    if (name.toLowerCase().includes("array")) this.arrays.push({ appId, key });
    const work = this.#do(found.task, { client: this.#client, dice, appId, key }).finally(() =>
      this.#outstanding.delete(work),
    );
    this.#outstanding.add(work);
  }

  async #do(task: Task, context: TaskContext): Promise<void> {
    const of = ` of ${context.appId}`;
    try {
      const expectations = await task(context);
      this.expectations.push(...expectations.map((one) => ({ ...one, label: one.label + of })));
    } catch (error) {
      this.failures.push(`${context.key}${of}: ${String(error)}`);
    }
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      if (this.#outstanding.size < OUTSTANDING_MAX) this.#start(this.#dice.pick(BAG));
      await pause(PACE_MS);
    }
  }
}
