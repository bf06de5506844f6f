-- The newest schema, for reading. Made by the migrations; migrate.test.ts holds this file equal to what they make.

CREATE TABLE apps (
  id TEXT PRIMARY KEY,
  record TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE attempts (
  run_no INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  step_id TEXT,
  step_name TEXT,
  attempt INTEGER NOT NULL,
  status TEXT NOT NULL,
  queued_at_ms INTEGER NOT NULL,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER NOT NULL,
  retry_at_ms INTEGER,
  http_status INTEGER,
  error_or_hash ANY
) STRICT;

CREATE UNIQUE INDEX attempts_run_no_generation ON attempts (run_no, generation);

CREATE TABLE batch_events (
  no INTEGER PRIMARY KEY,
  batch_id TEXT NOT NULL,
  event_id TEXT NOT NULL
) STRICT;

CREATE INDEX batch_events_batch_id ON batch_events (batch_id, no);

CREATE TABLE bulk_jobs (
  id TEXT PRIMARY KEY,
  record TEXT NOT NULL,
  request TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE cancellations (
  id TEXT PRIMARY KEY,
  record TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE control_audits (
  id TEXT PRIMARY KEY,
  function_id TEXT NOT NULL,
  record TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE INDEX control_audits_function_id ON control_audits (function_id, id);

CREATE TABLE event_outcomes (
  no INTEGER PRIMARY KEY,
  event_id TEXT NOT NULL,
  function_id TEXT NOT NULL,
  record TEXT NOT NULL
) STRICT;

CREATE INDEX event_outcomes_event_id ON event_outcomes (event_id, no);

CREATE TABLE events (
  internal_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  received_at_ms INTEGER NOT NULL,
  ts_ms INTEGER NOT NULL,
  sender_id TEXT,
  v TEXT,
  meta_json TEXT,
  user_json TEXT,
  data_or_hash ANY NOT NULL
) WITHOUT ROWID, STRICT;

CREATE INDEX events_name_internal_id ON events (name, internal_id, received_at_ms);

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

CREATE TABLE failure_hours (
  start_ms INTEGER NOT NULL,
  group_no INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (start_ms, group_no)
) WITHOUT ROWID, STRICT;

CREATE TABLE failures (
  run_no INTEGER PRIMARY KEY,
  group_no INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  ended_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX failures_ended_at_ms ON failures (ended_at_ms, group_no);

CREATE INDEX failures_group_no ON failures (group_no, ended_at_ms, run_id);

CREATE TABLE function_controls (
  function_id TEXT PRIMARY KEY,
  record TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE functions (
  id TEXT PRIMARY KEY,
  record TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE idempotency_keys (
  key TEXT NOT NULL,
  function_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  PRIMARY KEY (key, function_id)
) WITHOUT ROWID, STRICT;

CREATE INDEX idempotency_keys_expires_at_ms ON idempotency_keys (expires_at_ms);

CREATE TABLE limiters (
  function_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  state_json TEXT NOT NULL,
  expires_at_ms INTEGER,
  PRIMARY KEY (function_id, kind, key)
) WITHOUT ROWID, STRICT;

CREATE INDEX limiters_expires_at_ms ON limiters (expires_at_ms) WHERE expires_at_ms IS NOT NULL;

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value ANY NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE payloads (
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  reference_count INTEGER NOT NULL,
  text_bytes INTEGER NOT NULL,
  zstd BLOB NOT NULL
) STRICT;

CREATE TABLE run_events (
  event_id TEXT NOT NULL,
  run_no INTEGER NOT NULL,
  PRIMARY KEY (event_id, run_no)
) WITHOUT ROWID, STRICT;

CREATE TABLE run_log_lines (
  run_no INTEGER NOT NULL,
  position INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  step_id TEXT,
  level TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  message TEXT NOT NULL,
  fields_json TEXT
) STRICT;

CREATE UNIQUE INDEX run_log_lines_run_no_position ON run_log_lines (run_no, position);

CREATE TABLE run_results (
  run_no INTEGER PRIMARY KEY,
  error_json TEXT,
  end_reason TEXT,
  output_or_hash ANY
) STRICT;

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

CREATE TABLE runs (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  function_id TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  started_at_ms INTEGER,
  ended_at_ms INTEGER,
  event_name TEXT NOT NULL,
  event_id TEXT NOT NULL,
  order_key INTEGER NOT NULL,
  function_version INTEGER NOT NULL,
  request_version INTEGER NOT NULL,
  step_count INTEGER NOT NULL,
  state_bytes INTEGER NOT NULL,
  pending_step_ids TEXT,
  correlation_id TEXT,
  cron TEXT,
  original_run_id TEXT,
  batch_event_ids TEXT
, flow_json TEXT, group_id TEXT, slots_json TEXT, skip_json TEXT, log_count INTEGER) STRICT;

CREATE INDEX runs_created_at_ms ON runs (created_at_ms, id);

CREATE INDEX runs_ended_at_ms
  ON runs (ended_at_ms, id, function_id, status, started_at_ms, created_at_ms)
  WHERE ended_at_ms IS NOT NULL;

CREATE INDEX runs_event_id ON runs (event_id);

CREATE INDEX runs_function_id_created_at_ms ON runs (function_id, created_at_ms, id);

CREATE INDEX runs_group_id ON runs (group_id) WHERE group_id IS NOT NULL;

CREATE INDEX runs_status_created_at_ms ON runs (status, created_at_ms, id, function_id)
  WHERE status <> 'completed';

CREATE TABLE schema_migrations (
  version INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL
) STRICT;

CREATE TABLE slots (
  bucket TEXT NOT NULL,
  run_no INTEGER NOT NULL,
  function_id TEXT NOT NULL,
  PRIMARY KEY (bucket, run_no)
) WITHOUT ROWID, STRICT;

CREATE INDEX slots_run_no ON slots (run_no);

CREATE TABLE step_inputs (
  run_no INTEGER NOT NULL,
  step_id TEXT NOT NULL,
  input_json TEXT NOT NULL,
  PRIMARY KEY (run_no, step_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE steps (
  run_no INTEGER NOT NULL,
  position INTEGER NOT NULL,
  step_id TEXT NOT NULL,
  op TEXT NOT NULL,
  name TEXT NOT NULL,
  failed INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  queued_at_ms INTEGER NOT NULL,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER NOT NULL,
  resolved_by_json TEXT,
  opts_or_hash ANY,
  output_or_hash ANY NOT NULL
) STRICT;

CREATE UNIQUE INDEX steps_run_no_position ON steps (run_no, position);

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
  op_json TEXT, called_at_ms INTEGER,
  CHECK ((run_no IS NULL) = (kind IN ('cron', 'debounce', 'batch')))
) STRICT;

CREATE INDEX timers_called ON timers (id) WHERE called_at_ms IS NOT NULL;

CREATE INDEX timers_clock_due_at_ms ON timers (due_at_ms, id)
  WHERE kind NOT IN ('call', 'request');

CREATE INDEX timers_cron_due_at_ms ON timers (due_at_ms, id) WHERE kind = 'cron';

CREATE INDEX timers_dispatched_due_at_ms ON timers (due_at_ms, id)
  WHERE kind IN ('call', 'request');

CREATE INDEX timers_dispatched_lane ON timers (function_id, lane, is_start, order_key, id)
  WHERE kind IN ('call', 'request');

CREATE INDEX timers_run_no ON timers (run_no) WHERE run_no IS NOT NULL;

CREATE TABLE wait_paths (
  event_name TEXT NOT NULL,
  path TEXT NOT NULL,
  PRIMARY KEY (event_name, path)
) WITHOUT ROWID, STRICT;

CREATE TABLE waits (
  no INTEGER PRIMARY KEY,
  run_no INTEGER NOT NULL,
  suffix TEXT NOT NULL,
  kind TEXT NOT NULL,
  function_id TEXT NOT NULL,
  event_name TEXT NOT NULL,
  match_key TEXT NOT NULL,
  match_path TEXT,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER,
  timeout_timer_id INTEGER,
  expression TEXT,
  invoked_json TEXT,
  op_json TEXT
) STRICT;

CREATE INDEX waits_event_name_match_key ON waits (event_name, match_key, created_at_ms);

CREATE UNIQUE INDEX waits_run_no_suffix ON waits (run_no, suffix);
