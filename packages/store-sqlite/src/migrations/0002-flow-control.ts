// Schema version 2: flow control. Limiters, slots, open batches, outcomes of events, controls of functions; runs and timers say
// where they stand in the queue. `timers` is made anew, because timers of debounces and batches have no run either.

export const sql: string = `
ALTER TABLE runs ADD COLUMN flow_json TEXT;
ALTER TABLE runs ADD COLUMN group_id TEXT;
ALTER TABLE runs ADD COLUMN slots_json TEXT;
ALTER TABLE runs ADD COLUMN skip_json TEXT;
CREATE INDEX runs_group_id ON runs (group_id) WHERE group_id IS NOT NULL;

DROP INDEX timers_run_no;
DROP INDEX timers_clock_due_at_ms;
DROP INDEX timers_cron_due_at_ms;
DROP INDEX timers_dispatched_due_at_ms;
DROP INDEX timers_dispatched_function_id_order_key;
ALTER TABLE timers RENAME TO timers_of_version_1;
CREATE TABLE timers (
  id INTEGER PRIMARY KEY,
  run_no INTEGER,
  kind TEXT NOT NULL,
  function_id TEXT NOT NULL,
  due_at_ms INTEGER NOT NULL,
  order_key INTEGER NOT NULL,
  lane TEXT NOT NULL,
  is_start INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  queued_at_ms INTEGER NOT NULL,
  wait_id TEXT,
  limiter_key TEXT,
  cron_json TEXT,
  op_json TEXT,
  CHECK ((run_no IS NULL) = (kind IN ('cron', 'debounce', 'batch')))
) STRICT;
INSERT INTO timers
  SELECT timers.id, run_no, kind, timers.function_id, due_at_ms, timers.order_key, '',
    kind = 'call' AND op_json IS NULL AND COALESCE(runs.status, '') = 'queued',
    attempt, queued_at_ms, wait_id, NULL, cron_json, op_json
  FROM timers_of_version_1 AS timers LEFT JOIN runs ON runs.no = run_no;
DROP TABLE timers_of_version_1;
CREATE INDEX timers_run_no ON timers (run_no) WHERE run_no IS NOT NULL;
CREATE INDEX timers_clock_due_at_ms ON timers (due_at_ms, id)
  WHERE kind NOT IN ('call', 'request');
CREATE INDEX timers_cron_due_at_ms ON timers (due_at_ms, id) WHERE kind = 'cron';
CREATE INDEX timers_dispatched_due_at_ms ON timers (due_at_ms, id)
  WHERE kind IN ('call', 'request');
CREATE INDEX timers_dispatched_lane ON timers (function_id, lane, is_start, order_key, id)
  WHERE kind IN ('call', 'request');

CREATE TABLE limiters (
  function_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  state_json TEXT NOT NULL,
  expires_at_ms INTEGER,
  PRIMARY KEY (function_id, kind, key)
) WITHOUT ROWID, STRICT;
CREATE INDEX limiters_expires_at_ms ON limiters (expires_at_ms) WHERE expires_at_ms IS NOT NULL;
CREATE INDEX idempotency_keys_expires_at_ms ON idempotency_keys (expires_at_ms);

CREATE TABLE batch_events (
  no INTEGER PRIMARY KEY,
  batch_id TEXT NOT NULL,
  event_id TEXT NOT NULL
) STRICT;
CREATE INDEX batch_events_batch_id ON batch_events (batch_id, no);

CREATE TABLE slots (
  bucket TEXT NOT NULL,
  run_no INTEGER NOT NULL,
  function_id TEXT NOT NULL,
  PRIMARY KEY (bucket, run_no)
) WITHOUT ROWID, STRICT;
CREATE INDEX slots_run_no ON slots (run_no);

CREATE TABLE event_outcomes (
  no INTEGER PRIMARY KEY,
  event_id TEXT NOT NULL,
  function_id TEXT NOT NULL,
  record TEXT NOT NULL
) STRICT;
CREATE INDEX event_outcomes_event_id ON event_outcomes (event_id, no);

CREATE TABLE function_controls (
  function_id TEXT PRIMARY KEY,
  record TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE control_audits (
  id TEXT PRIMARY KEY,
  function_id TEXT NOT NULL,
  record TEXT NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX control_audits_function_id ON control_audits (function_id, id);
`;
