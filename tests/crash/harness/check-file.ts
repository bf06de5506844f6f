// What is in the data file once the engine has stopped: a sound database in which nothing is left to do for a run that ended.
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";

export interface FileFacts {
  readonly complaints: string[];
  readonly runs: number;
  readonly events: number;
}

export function checkFile(dataDir: string): FileFacts {
  const database = new DatabaseSync(join(dataDir, "main.db"), { readOnly: true });
  try {
    const count = (sql: string): number => Number(database.prepare(sql).get()?.["count"]);
    const complaints: string[] = [];
    const expectNone = (what: string, sql: string): void => {
      const found = count(`SELECT count(*) AS count ${sql}`);
      if (found !== 0) complaints.push(`${found} ${what}`);
    };
    const integrity = database.prepare("PRAGMA integrity_check").all();
    if (JSON.stringify(integrity) !== '[{"integrity_check":"ok"}]') {
      complaints.push(`integrity_check: ${JSON.stringify(integrity)}`);
    }
    expectNone("runs have not ended", "FROM runs WHERE ended_at_ms IS NULL");
    expectNone("timers of runs are left", "FROM timers WHERE run_no IS NOT NULL");
    expectNone("waits are left", "FROM waits");
    expectNone(
      "runs have no event",
      "FROM runs WHERE event_id NOT IN (SELECT internal_id FROM events)",
    );
    expectNone(
      "runs lack a result",
      "FROM runs WHERE ended_at_ms IS NOT NULL AND no NOT IN (SELECT run_no FROM run_results)",
    );
    expectNone("steps belong to no run", "FROM steps WHERE run_no NOT IN (SELECT no FROM runs)");
    return {
      complaints,
      runs: count("SELECT count(*) AS count FROM runs"),
      events: count("SELECT count(*) AS count FROM events"),
    };
  } finally {
    database.close();
  }
}
