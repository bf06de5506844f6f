// What tests of flow control see from outside: notes of the app's code in their order, and the engine's explanations.
import type { AppProcess } from "./app-process.ts";
import type { EngineClient, EventInput } from "./engine-client.ts";
import { waitUntil } from "./wait-until.ts";

export interface Begun {
  readonly id: string;
  readonly runId: string;
}

export interface Reason {
  readonly type: string;
  readonly sentence: string;
  readonly position?: number;
  readonly queue?: readonly Readonly<Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

export interface RunWhy {
  readonly status: string;
  readonly sentence: string;
  readonly reasons: readonly Reason[];
  readonly [field: string]: unknown;
}

export interface EventFate {
  readonly type: string;
  readonly functionSlug: string;
  readonly sentence: string;
  readonly runId?: string;
  readonly [field: string]: unknown;
}

export class FlowWatch {
  readonly app: AppProcess;
  readonly engine: EngineClient;

  constructor(app: AppProcess, engine: EngineClient) {
    this.app = app;
    this.engine = engine;
  }

  event(fn: string, data: Readonly<Record<string, unknown>>): EventInput {
    return { name: `${this.app.appId}/${fn}`, data };
  }

  /** Notes of `fn` about the events with these ids, in the order of the app's code. */
  begun(fn: string, ids: readonly string[], moment: "begin" | "end" = "begin"): Begun[] {
    return this.app
      .noted(`${fn}.${moment}`)
      .map((value) => value as Begun)
      .filter(({ id }) => ids.includes(id));
  }

  waitBegun(fn: string, ids: readonly string[], count = ids.length): Promise<unknown> {
    const isOne = (value: unknown): boolean => ids.includes((value as Begun).id);
    return this.app.waitNotes(`${fn}.begin`, isOne, count);
  }

  /** The most runs of these events that were between begin and end at once. */
  overlap(fn: string, ids: readonly string[]): number {
    const inside = new Set<string>();
    let most = 0;
    for (const { topic, value } of this.app.notes) {
      const { id, runId } = (value ?? {}) as Begun;
      if (!ids.includes(id)) continue;
      if (topic === `${fn}.begin`) inside.add(runId);
      if (topic === `${fn}.end`) inside.delete(runId);
      most = Math.max(most, inside.size);
    }
    return most;
  }

  async data<T>(path: string, init: RequestInit = {}): Promise<T> {
    return ((await this.engine.json(path, init)) as { data: T }).data;
  }

  /** When the engine first called for the one run of this event, by its own clock. */
  startedAtMs(eventId: string): Promise<number> {
    return waitUntil(
      async () => {
        const [run] = await this.engine.waitRuns(eventId, 1);
        const { startedAt } = await this.data<{ startedAt?: string }>(`/v2/runs/${run?.run_id}`);
        return startedAt === undefined ? undefined : Date.parse(startedAt);
      },
      { what: `the run of event ${eventId} to start` },
    );
  }

  why(runId: string): Promise<RunWhy> {
    return this.data(`/v2/runs/${runId}/explain`);
  }

  /** Waits until the run's first reason is of this type. */
  async waitWhy(runId: string, type: string): Promise<Reason> {
    let last: RunWhy | undefined;
    return await waitUntil(
      async () => {
        last = await this.why(runId);
        return last.reasons[0]?.type === type.toUpperCase() ? last.reasons[0] : undefined;
      },
      { what: `run ${runId} to be ${type}`, explain: () => JSON.stringify(last) },
    );
  }

  /** The fate of an event at one function, once it has one. */
  fate(eventId: string, fn: string): Promise<EventFate> {
    const slug = `${this.app.appId}-${fn}`;
    let last: unknown;
    return waitUntil(
      async () => {
        const { functions } = await this.data<{ functions: readonly EventFate[] }>(
          `/v2/events/${eventId}/explain`,
        );
        last = functions;
        return functions.find(
          (each) => each.functionSlug === slug && each.type !== "NOT_LISTENING",
        );
      },
      { what: `event ${eventId} to reach ${slug}`, explain: () => JSON.stringify(last) },
    );
  }

  /** Waits until the fate is of this type. */
  async waitFate(eventId: string, fn: string, type: string): Promise<EventFate> {
    let last: EventFate | undefined;
    return await waitUntil(
      async () => {
        last = await this.fate(eventId, fn);
        return last.type === type.toUpperCase() ? last : undefined;
      },
      { what: `event ${eventId} to be ${type}`, explain: () => JSON.stringify(last) },
    );
  }

  /** Pauses, resumes or changes limits. */
  control(fn: string, verb: "pause" | "resume"): Promise<Record<string, unknown>> {
    return this.data(`/v2/functions/${this.app.appId}-${fn}/${verb}`, { method: "POST" });
  }

  setLimits(fn: string, patch: unknown): Promise<Record<string, unknown>> {
    const init = { method: "PATCH", body: JSON.stringify(patch) };
    return this.data(`/v2/functions/${this.app.appId}-${fn}/limits`, init);
  }
}
