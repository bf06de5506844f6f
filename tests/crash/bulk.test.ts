// kill -9 in the middle of a bulk rerun, twice: the job goes on by itself, and each failed run is made again once.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ApiAnswer } from "@everstep/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../protocol/harness/free-port.ts";
import { waitUntil } from "../protocol/harness/wait-until.ts";
import { EngineLife, type Keys } from "./harness/engine-life.ts";

const KEYS: Keys = { signingKey: "b01c".repeat(16), eventKey: "bulk-event-key" };
const RUNS = 600;
/** Nothing listens there: each call fails, and without retries each run. */
const APP_URL = "http://127.0.0.1:9/api/inngest";
const APP = {
  v: "0.1",
  url: APP_URL,
  deployType: "ping",
  sdk: "js:v4.24.0",
  framework: "test",
  appName: "boom",
  functions: [
    {
      id: "boom-fail",
      name: "Fail",
      triggers: [{ event: "boom/go" }],
      steps: {
        step: {
          id: "step",
          name: "step",
          runtime: { type: "http", url: `${APP_URL}?fnId=boom-fail&stepId=step` },
          retries: { attempts: 0 },
        },
      },
    },
  ],
};

const directory = mkdtempSync(join(tmpdir(), "everstep-bulk-"));
let port: number;
let life: EngineLife;

async function open(given: { readonly failAt?: string } = {}): Promise<void> {
  const dataDir = join(directory, "data");
  const home = directory;
  life = new EngineLife({ dataDir, home, port, keys: KEYS, appUrls: [], ...given });
  const isDoomed = given.failAt !== undefined;
  if (!(await life.ready()) && !isDoomed) throw new Error(`it did not start\n${life.log.last(60)}`);
}

async function kill(): Promise<void> {
  life.signal("SIGKILL");
  await life.exited;
}

async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${KEYS.signingKey}`,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Answer;
}

async function failedCount(): Promise<number> {
  const { data } = await ask<ApiAnswer<"listFailures">>("GET", "/v2/failures");
  return data.failedRuns;
}

/** Ids of the runs that reruns were made of, in the order of their creation. */
async function originals(): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined = "";
  while (cursor !== undefined) {
    const after: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const page: ApiAnswer<"listRuns"> = await ask("GET", `/v2/runs?order=ASC&limit=100${after}`);
    found.push(...page.data.flatMap((run) => run.originalRunId ?? []));
    cursor = page.page.cursor;
  }
  return found;
}

beforeAll(async () => {
  port = await freePort();
  await open();
  await ask("POST", "/fn/register", APP);
  const events = Array.from({ length: RUNS }, (_, n) => ({ name: "boom/go", data: { n } }));
  await ask("POST", `/e/${KEYS.eventKey}`, events);
  await waitUntil(async () => ((await failedCount()) === RUNS ? true : undefined), {
    what: "every run to fail",
    explain: () => life.log.last(60),
  });
});
afterAll(async () => {
  if (!life.isOver) await kill();
  rmSync(directory, { recursive: true, force: true });
});

describe("a bulk rerun", () => {
  it("[B1, B2] makes each run of a group of failures again once, over two kills", async () => {
    const { data } = await ask<ApiAnswer<"listFailures">>("GET", "/v2/failures");
    expect(data).toMatchObject({ groupCount: 1, isExact: true });
    const failureFingerprint = data.groups[0]?.fingerprint;
    const request = { action: "RERUN", failureFingerprint };
    await kill();
    await open({ failAt: "commit_before_commit:12" });
    // It dies within the first of 30 slices, perhaps before it could answer.
    await ask("POST", "/v2/bulk", request).catch(() => undefined);
    expect(await life.exited).toMatchObject({ signal: "SIGKILL" });
    await open({ failAt: "commit_after_commit:12" });
    expect(await life.exited).toMatchObject({ signal: "SIGKILL" });
    await open();
    const newest = async (): Promise<ApiAnswer<"listBulk">["data"][number] | undefined> => {
      const { data: jobs } = await ask<ApiAnswer<"listBulk">>("GET", "/v2/bulk");
      return jobs[0];
    };
    expect(await newest()).toMatchObject({ action: "RERUN", total: RUNS });
    const job = await waitUntil(
      async () => {
        const found = await newest();
        return found?.status === "RUNNING" ? undefined : found;
      },
      { what: "the job to end", explain: () => life.log.last(60) },
    );
    expect(job).toMatchObject({ status: "COMPLETED", total: RUNS, succeeded: RUNS, failed: 0 });
    const made = await originals();
    expect(made).toHaveLength(RUNS);
    expect(new Set(made).size).toBe(RUNS);
    await waitUntil(async () => ((await failedCount()) === 2 * RUNS ? true : undefined), {
      what: "every rerun to fail",
      explain: () => life.log.last(60),
    });
  });
});
