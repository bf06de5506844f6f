// Schema version 4: lines that handlers' loggers wrote. A run without lines has no row here, and its count stays NULL.

export const sql: string = `
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
ALTER TABLE runs ADD COLUMN log_count INTEGER;
`;
