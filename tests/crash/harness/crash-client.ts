// A client that lives through crashes: it insists until it is answered, and says again what it is not sure was heard. What
// it was answered is what the engine owes.
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Keys } from "./engine-life.ts";

const RETRY_PAUSE_MS = 100;
const REQUEST_TIMEOUT_MS = 10_000;
const INSIST_MS = 60_000;
const TRACE_QUERY = `query ($runID: String!) {
  run(runID: $runID) { trace(preview: true) { childrenSpans { stepOp childrenSpans { stepOp } } } }
}`;

export interface EventInput {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly id?: string;
}

export interface Run {
  readonly run_id: string;
  readonly function_id: string;
  readonly status: string;
  readonly ended_at: string | null;
  readonly output?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export class CrashClient {
  readonly baseUrl: string;
  readonly #keys: Keys;
  /** Requests whose answer never came: each is either done or not, and nobody knows. */
  lost = 0;

  constructor(baseUrl: string, keys: Keys) {
    this.baseUrl = baseUrl;
    this.#keys = keys;
  }

  /** One try. Resolves with undefined when the connection broke before the answer was read. */
  async ask(path: string, init: RequestInit = {}): Promise<Answer | undefined> {
    try {
      const response = await fetch(`${this.baseUrl}${path}`, {
        ...init,
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${this.#keys.signingKey}`,
          ...(init.headers as Record<string, string> | undefined),
        },
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
    } catch {
      this.lost += 1;
      return undefined;
    }
  }

  /** Asks until the answer is one of these statuses. 503 and lost connections are asked again, everything else throws. */
  async insist(path: string, init: RequestInit = {}, statuses: number[] = [200]): Promise<Answer> {
    const endsAtMs = Date.now() + INSIST_MS;
    for (;;) {
      const answer = await this.ask(path, init);
      if (answer !== undefined && statuses.includes(answer.status)) return answer;
      const what = `${init.method ?? "GET"} ${path}: ${answer?.status} ${JSON.stringify(answer?.body)}`;
      if (answer !== undefined && answer.status !== 503) throw new Error(what);
      if (Date.now() > endsAtMs) throw new Error(`not answered within ${INSIST_MS} ms: ${what}`);
      await pause(RETRY_PAUSE_MS);
    }
  }

  /** Sends events until they are acknowledged, always under the same seed. Resolves with their ids. */
  async send(events: readonly EventInput[]): Promise<string[]> {
    const seed = `${Date.now()},${randomBytes(10).toString("base64")}`;
    const answer = await this.insist(this.#eventPath, {
      method: "POST",
      headers: { "x-inngest-event-id-seed": seed },
      body: JSON.stringify(events),
    });
    return (answer.body as { ids: string[] }).ids;
  }

  /** Sends events once. Resolves with undefined when nobody knows whether they were taken. */
  async sendOnce(events: readonly EventInput[]): Promise<Answer | undefined> {
    return await this.ask(this.#eventPath, { method: "POST", body: JSON.stringify(events) });
  }

  async runsOf(eventId: string): Promise<Run[]> {
    const { body } = await this.insist(`/v1/events/${eventId}/runs`);
    return (body as { data: Run[] | null }).data ?? [];
  }

  async run(runId: string): Promise<Run> {
    return ((await this.insist(`/v1/runs/${runId}`)).body as { data: Run }).data;
  }

  /** Whether the run's trace shows a step of this kind, e.g. WAIT_FOR_EVENT. */
  async showsStep(runId: string, stepOp: string): Promise<boolean> {
    const { body } = await this.insist("/v0/gql", {
      method: "POST",
      body: JSON.stringify({ query: TRACE_QUERY, variables: { runID: runId } }),
    });
    return JSON.stringify(body).includes(`"stepOp":"${stepOp}"`);
  }

  /** Every event of a name, page by page. */
  async eventsNamed(
    name: string,
  ): Promise<{ internal_id: string; data: Record<string, unknown> }[]> {
    const events: { internal_id: string; data: Record<string, unknown> }[] = [];
    for (let cursor = ""; ;) {
      const query = `name=${encodeURIComponent(name)}&limit=100${cursor}`;
      const { body } = await this.insist(`/v1/events?${query}`);
      const page = (body as { data: typeof events }).data;
      events.push(...page);
      if (page.length < 100) return events;
      cursor = `&cursor=${page.at(-1)?.internal_id}`;
    }
  }

  /** Ids of an app's functions: internal id -> short id. */
  async functionsOf(appId: string): Promise<Map<string, string>> {
    const { body } = await this.insist(`/v1/apps/${appId}/functions`);
    const rows = body as { internal_id: string; id: string }[];
    return new Map(rows.map((row) => [row.internal_id, row.id.replace(`${appId}-`, "")]));
  }

  get #eventPath(): string {
    return `/e/${this.#keys.eventKey}`;
  }
}
