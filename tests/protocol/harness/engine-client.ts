// The engine as a user sees it: its HTTP APIs. Every wait follows the public read APIs with a deadline.
import type { EngineProcess } from "./engine-process.ts";
import { WAIT_MAX_MS, waitUntil } from "./wait-until.ts";

export interface EventInput {
  readonly name: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly id?: string;
  readonly ts?: number;
}

export interface RunJson {
  readonly run_id: string;
  readonly run_started_at: string;
  readonly function_id: string;
  readonly event_id: string;
  readonly status: string;
  readonly ended_at?: string | null;
  readonly output?: unknown;
}

export interface Span {
  readonly name: string;
  readonly status: string;
  readonly attempts: number | null;
  readonly stepOp: string | null;
  readonly stepID: string | null;
  readonly outputID: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly childrenSpans: readonly Span[];
}

const SPAN_FIELDS = "name status attempts stepOp stepID outputID startedAt endedAt";
const SPAN_DEPTH = 4;
const ENDED = new Set(["Completed", "Failed", "Cancelled", "Skipped"]);

/** Where the engine answers, and what it logs: a process that may have several lives. */
export type EngineAddress = Pick<EngineProcess, "baseUrl" | "log">;

export class EngineClient {
  readonly #engine: EngineAddress;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #eventKey: string;

  constructor(
    engine: EngineAddress,
    access: { readonly bearer?: string; readonly eventKey?: string } = {},
  ) {
    this.#engine = engine;
    this.#headers = access.bearer === undefined ? {} : { authorization: `Bearer ${access.bearer}` };
    this.#eventKey = access.eventKey ?? "test";
  }

  get baseUrl(): string {
    return this.#engine.baseUrl;
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.baseUrl}${path}`, {
      ...init,
      headers: { ...this.#headers, ...(init.headers as Record<string, string> | undefined) },
    });
  }

  async json(path: string, init: RequestInit = {}): Promise<unknown> {
    const response = await this.request(path, init);
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${init.method ?? "GET"} ${path}: ${response.status} ${text}`);
    }
    return text === "" ? undefined : JSON.parse(text);
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.request(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  /** Sends events as one request; resolves with their internal ids. */
  async send(...events: readonly EventInput[]): Promise<string[]> {
    const response = await this.post(`/e/${this.#eventKey}`, events);
    const text = await response.text();
    if (response.status !== 200) {
      throw new Error(`POST /e: ${response.status} ${text}`);
    }
    return (JSON.parse(text) as { ids: string[] }).ids;
  }

  async runsOf(eventId: string): Promise<RunJson[]> {
    const reply = (await this.json(`/v1/events/${eventId}/runs`)) as { data: RunJson[] | null };
    return reply.data ?? [];
  }

  async run(runId: string): Promise<RunJson> {
    return ((await this.json(`/v1/runs/${runId}`)) as { data: RunJson }).data;
  }

  /** Waits until the event has started `count` runs; fails when it started more. */
  async waitRuns(eventId: string, count: number): Promise<RunJson[]> {
    const runs = await waitUntil(
      async () => {
        const found = await this.runsOf(eventId);
        return found.length >= count ? found : undefined;
      },
      { what: `${count} runs of event ${eventId}`, explain: () => this.#engine.log.last(40) },
    );
    if (runs.length > count) {
      throw new Error(`event ${eventId} started ${runs.length} runs, expected ${count}`);
    }
    return runs;
  }

  /** Sends one event that starts exactly one run; resolves with the run's id. */
  async start(name: string, data: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const [eventId = ""] = await this.send({ name, data });
    const [run] = await this.waitRuns(eventId, 1);
    return run?.run_id ?? "";
  }

  async waitEnd(runId: string, timeoutMs = WAIT_MAX_MS): Promise<RunJson> {
    let last: RunJson | undefined;
    return await waitUntil(
      async () => {
        last = await this.run(runId);
        return ENDED.has(last.status) ? last : undefined;
      },
      {
        what: `run ${runId} to end`,
        timeoutMs,
        explain: () => `last seen: ${JSON.stringify(last)}\n${this.#engine.log.last(40)}`,
      },
    );
  }

  async runToEnd(name: string, data: Readonly<Record<string, unknown>> = {}): Promise<RunJson> {
    return await this.waitEnd(await this.start(name, data));
  }

  async graphql(query: string, variables: Record<string, unknown> = {}): Promise<unknown> {
    const reply = await this.graphqlReply(query, variables);
    if (reply.errors !== undefined) {
      throw new Error(`graphql: ${JSON.stringify(reply.errors)}`);
    }
    return reply.data;
  }

  async graphqlReply(
    query: string,
    variables: Record<string, unknown> = {},
  ): Promise<{ data?: unknown; errors?: unknown[] }> {
    const response = await this.post("/v0/gql", { query, variables });
    return (await response.json()) as { data?: unknown; errors?: unknown[] };
  }

  /** Every span of a run's trace below its root, flattened, parents before children. */
  async spans(runId: string): Promise<Span[]> {
    let fields = SPAN_FIELDS;
    for (let depth = 0; depth < SPAN_DEPTH; depth += 1) {
      fields = `${SPAN_FIELDS} childrenSpans { ${fields} }`;
    }
    const data = (await this.graphql(
      `query ($runID: String!) { run(runID: $runID) { trace(preview: true) { ${fields} } } }`,
      { runID: runId },
    )) as { run: { trace: Span | null } | null };
    const root = data.run?.trace;
    return root == null ? [] : flatten(root.childrenSpans);
  }

  /** Waits until the trace shows `count` spans like this: the engine has stored what the SDK asked for. */
  waitSpans(runId: string, matches: (span: Span) => boolean, count = 1): Promise<Span[]> {
    let seen: Span[] = [];
    return waitUntil(
      async () => {
        seen = await this.spans(runId);
        const found = seen.filter((span) => matches(span));
        return found.length >= count ? found : undefined;
      },
      {
        what: `${count} spans in the trace of run ${runId}`,
        explain: () => `${JSON.stringify(seen)}\n${this.#engine.log.last(40)}`,
      },
    );
  }

  /** Waits until the run has begun its n-th wait for an event. */
  async waitWaiting(runId: string, nth = 1): Promise<void> {
    await this.waitSpans(runId, (span) => span.stepOp === "WAIT_FOR_EVENT", nth);
  }

  /** Waits until the run waits for a signal. */
  async waitSignalWaiting(runId: string): Promise<void> {
    await this.waitSpans(runId, (span) => span.stepOp === "WAIT_FOR_SIGNAL");
  }

  async spanOutput(outputId: string): Promise<{ data: unknown; error: unknown }> {
    const data = (await this.graphql(
      `query ($id: String!) {
         runTraceSpanOutputByID(outputID: $id) { data error { name message } }
       }`,
      { id: outputId },
    )) as { runTraceSpanOutputByID: { data: string | null; error: unknown } };
    const output = data.runTraceSpanOutputByID;
    return { data: output.data === null ? null : JSON.parse(output.data), error: output.error };
  }

  /** Functions of an app by their short id, from GET /v1/apps/:app/functions. */
  async functionIds(appId: string): Promise<Map<string, string>> {
    const rows = (await this.json(`/v1/apps/${appId}/functions`)) as {
      internal_id: string;
      id: string;
    }[];
    return new Map(rows.map((row) => [row.id.replace(`${appId}-`, ""), row.internal_id]));
  }
}

function flatten(spans: readonly Span[]): Span[] {
  return spans.flatMap((span) => [span, ...flatten(span.childrenSpans ?? [])]);
}
