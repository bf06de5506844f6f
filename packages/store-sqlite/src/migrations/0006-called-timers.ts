// Schema version 6: a timer whose call goes out and takes a place of a limit says since when, so that the place is held over a
// crash. Few timers do at a time, and the next owner of the partition finds them by an index of their own.

export const sql: string = `
ALTER TABLE timers ADD COLUMN called_at_ms INTEGER;
CREATE INDEX timers_called ON timers (id) WHERE called_at_ms IS NOT NULL;
`;
