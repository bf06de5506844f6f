// Schema version 5: bulk jobs, and what is derived from ended runs at their commit or soon after it, so that people's questions about
// many runs read few rows. Derived tables can be made anew from `runs`; older files are caught up in the background.

export const sql: string = `
CREATE TABLE bulk_jobs (
  id TEXT PRIMARY KEY,
  record TEXT NOT NULL,
  request TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE failure_groups (
  no INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL UNIQUE,
  function_id TEXT NOT NULL,
  step_name TEXT,
  error_name TEXT NOT NULL,
  error_message TEXT NOT NULL,
  first_seen_at_ms INTEGER NOT NULL,
  last_seen_at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE failures (
  run_no INTEGER PRIMARY KEY,
  group_no INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  ended_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX failures_group_no ON failures (group_no, ended_at_ms, run_id);
CREATE INDEX failures_ended_at_ms ON failures (ended_at_ms, group_no);
CREATE TABLE failure_hours (
  start_ms INTEGER NOT NULL,
  group_no INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (start_ms, group_no)
) WITHOUT ROWID, STRICT;

CREATE TABLE run_tallies (
  span_ms INTEGER NOT NULL,
  measure TEXT NOT NULL,
  function_id TEXT NOT NULL,
  start_ms INTEGER NOT NULL,
  status TEXT NOT NULL,
  bar INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (span_ms, measure, function_id, start_ms, status, bar)
) WITHOUT ROWID, STRICT;

INSERT INTO meta (key, value) VALUES
  ('failures_indexed_from', (SELECT COALESCE(max(no), 0) + 1 FROM runs)),
  ('runs_tallied_until_ms', 0);
`;
