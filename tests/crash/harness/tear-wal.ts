// Damages the end of a write-ahead log as a power cut would: only frames that no checkpoint has copied into the database,
// because SQLite syncs the log before it copies. Format: https://sqlite.org/fileformat2.html#the_write_ahead_log and
// https://sqlite.org/walformat.html (the index in main.db-shm).
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** Where the index says how many frames were copied into the database. */
const BACKFILL_OFFSET = 96;

export type Tear =
  /** A commit that was under way: half of a frame after the last whole one. */
  | "half_frame_added"
  /** The last commit lost its end. */
  | "last_frame_cut"
  /** The last commit has a wrong byte. */
  | "last_frame_flipped";

export interface Wal {
  /** Offset of the first frame of the last commit, and of the end of its last one. */
  readonly lastCommitStart: number;
  readonly end: number;
  readonly frameBytes: number;
  /** Whether a checkpoint has copied the last commit already; a tear would then not be one that a power cut makes. */
  readonly isFolded: boolean;
}

export function readWal(dataDir: string): Wal {
  const wal = readFileSync(join(dataDir, "main.db-wal"));
  const backfilled = readFileSync(join(dataDir, "main.db-shm")).readUInt32LE(BACKFILL_OFFSET);
  const frameBytes = FRAME_HEADER_BYTES + wal.readUInt32BE(8);
  const salts = wal.subarray(16, 24);
  let end = HEADER_BYTES;
  let lastCommitStart = HEADER_BYTES;
  let previousCommitEnd = HEADER_BYTES;
  let frames = 0;
  for (let at = HEADER_BYTES; at + frameBytes <= wal.length; at += frameBytes) {
    // Frames of an earlier round of the log have other salts.
    if (!wal.subarray(at + 8, at + 16).equals(salts)) break;
    const isCommit = wal.readUInt32BE(at + 4) !== 0;
    if (!isCommit) continue;
    lastCommitStart = previousCommitEnd;
    end = at + frameBytes;
    previousCommitEnd = end;
    frames = (end - HEADER_BYTES) / frameBytes;
  }
  const firstOfLast = (lastCommitStart - HEADER_BYTES) / frameBytes;
  return { lastCommitStart, end, frameBytes, isFolded: frames === 0 || backfilled > firstOfLast };
}

export function tearWal(dataDir: string, tear: Tear): void {
  const path = join(dataDir, "main.db-wal");
  const { end, frameBytes } = readWal(dataDir);
  const whole = readFileSync(path).subarray(0, end);
  const half = Math.floor(frameBytes / 2);
  if (tear === "half_frame_added") {
    writeFileSync(path, Buffer.concat([whole, whole.subarray(end - frameBytes, end - half)]));
  } else if (tear === "last_frame_cut") {
    writeFileSync(path, whole.subarray(0, end - half));
  } else {
    const flipped = Buffer.from(whole);
    flipped.writeUInt8(flipped.readUInt8(end - half) ^ 0xff, end - half);
    writeFileSync(path, flipped);
  }
}
