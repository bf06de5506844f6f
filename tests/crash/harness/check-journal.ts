// What the app saw, against what the engine may do: a recorded step is not executed again, its output never changes, the
// engine never forgets it, and nothing that takes time is over too early.
import { createHash } from "node:crypto";
import type { CallRecord, ExecutionRecord, JournalRecord } from "../apps/journal.ts";

interface RunFacts {
  /** By hashed step id: where in the journal it was first seen as recorded, and its token. */
  readonly recorded: Map<string, { readonly index: number; readonly token: string | undefined }>;
  readonly executions: ExecutionRecord[];
  /** By hashed step id: the moment before which it may not be over. */
  readonly dueAtMs: Map<string, number>;
  latestCall: CallRecord | undefined;
}

export interface JournalFindings {
  readonly complaints: string[];
  /** Every token that an execution in this run made. */
  tokensOf(runId: string): Set<string>;
  /** Tokens that the engine was seen to have recorded. */
  recordedTokensOf(runId: string): Set<string>;
  readonly executions: number;
  /** Functions whose steps do not fail and that were called with an attempt above 0 all the same. */
  readonly retried: ReadonlySet<string>;
}

/** Answers a continued call whose run is not kept. */
const GONE = 410;

const FAILING = /-(flaky|doomed)$/;

/** The protocol's id of a step (protocol.md: SHA-1 of the user's id). */
function hashOf(step: string): string {
  return createHash("sha1").update(step).digest("hex");
}

export function checkJournal(journal: readonly JournalRecord[]): JournalFindings {
  const complaints: string[] = [];
  const runs = new Map<string, RunFacts>();
  const callIndexes = new Map<number, number>();
  const factsOf = (runId: string): RunFacts => {
    const facts = runs.get(runId) ?? {
      recorded: new Map(),
      executions: [],
      dueAtMs: new Map(),
      latestCall: undefined,
    };
    runs.set(runId, facts);
    return facts;
  };
  for (const [index, record] of journal.entries()) {
    const facts = factsOf(record.runId);
    switch (record.kind) {
      case "call":
        callIndexes.set(record.call, index);
        complaints.push(...callComplaints(facts, record));
        complaints.push(...noteRecorded(facts, record.runId, record.steps, index));
        break;
      case "recorded":
        complaints.push(...noteRecorded(facts, record.runId, record.steps, index));
        break;
      case "execution": {
        const known = facts.recorded.get(hashOf(record.step));
        const arrivedAt = callIndexes.get(record.call) ?? -1;
        if (known !== undefined && known.index <= arrivedAt) {
          complaints.push(
            `run ${record.runId}: step ${record.step} was executed again in call ${record.call} after it was recorded`,
          );
        }
        facts.executions.push(record);
        break;
      }
      case "reached": {
        const hash = hashOf(record.step);
        if (!facts.dueAtMs.has(hash)) facts.dueAtMs.set(hash, record.atMs + record.lastsMs);
        break;
      }
      case "answered":
        // The app ran nothing, and the same call is made again whole (docs/reference/continuation.md).
        if (record.status === GONE && facts.latestCall?.call === record.call) {
          facts.latestCall = { ...facts.latestCall, generation: -1 };
        }
        break;
    }
  }
  return {
    complaints,
    tokensOf: (runId) => new Set(runs.get(runId)?.executions.map(({ token }) => token)),
    recordedTokensOf: (runId) =>
      new Set([...(runs.get(runId)?.recorded.values() ?? [])].flatMap(({ token }) => token ?? [])),
    executions: journal.filter(({ kind }) => kind === "execution").length,
    retried: retriedFunctions(journal),
  };
}

function retriedFunctions(journal: readonly JournalRecord[]): Set<string> {
  const retried = journal.flatMap((record) =>
    record.kind === "call" && record.attempt > 0 && !FAILING.test(record.functionId)
      ? [record.functionId]
      : [],
  );
  return new Set(retried);
}

function callComplaints(facts: RunFacts, call: CallRecord): string[] {
  const complaints: string[] = [];
  const { latestCall } = facts;
  if (latestCall !== undefined && call.generation > latestCall.generation) {
    const lost = Object.keys(latestCall.steps).filter((id) => !(id in call.steps));
    if (lost.length > 0)
      complaints.push(`run ${call.runId}: the engine forgot steps ${lost.join()}`);
  }
  if (latestCall?.generation === call.generation) {
    complaints.push(`run ${call.runId}: generation ${call.generation} was used for two calls`);
  }
  if (call.generation > (latestCall?.generation ?? 0)) facts.latestCall = call;
  for (const [hash, dueAtMs] of facts.dueAtMs) {
    if (hash in call.steps && call.atMs < dueAtMs) {
      complaints.push(`run ${call.runId}: a timer was ${dueAtMs - call.atMs} ms early`);
    }
  }
  return complaints;
}

/** Takes note of recorded steps; complains when one has another output than before. */
function noteRecorded(
  facts: RunFacts,
  runId: string,
  steps: Readonly<Record<string, string>>,
  index: number,
): string[] {
  const complaints: string[] = [];
  for (const [hash, text] of Object.entries(steps)) {
    const token = /"token":"([0-9a-f-]{36})"/.exec(text)?.[1];
    const known = facts.recorded.get(hash);
    if (known === undefined) facts.recorded.set(hash, { index, token });
    else if (known.token !== token) {
      complaints.push(
        `run ${runId}: recorded step ${hash} changed from ${known.token} to ${token}`,
      );
    }
  }
  return complaints;
}
