// The facts without which a figure says nothing: the machine, its load, the versions, and how durable a commit really was.
import { execFileSync } from "node:child_process";
import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { openFileConnection } from "@everstep/store-sqlite";
import { sharedNowMs } from "./clock.ts";
import { median } from "./statistics.ts";

/** SQLite's numbers for `PRAGMA synchronous`. */
const SYNCHRONOUS = ["OFF", "NORMAL", "FULL", "EXTRA"] as const;
const FSYNCS = 50;
const PAGE_BYTES = 4_096;
/** Above this other work on the machine is sure to be in the figures. */
const QUIET_LOAD_MAX = 1;

export interface MachineFacts {
  readonly command: string;
  readonly startedAt: string;
  readonly commit: string;
  readonly node: string;
  readonly cores: number;
  readonly cpuModel: string;
  readonly memoryMb: number;
  readonly fileSystem: string;
  readonly synchronous: string;
  /** Median time of a 4 KB write with fdatasync in the folder of the data. */
  readonly fsyncMs: number;
  readonly loadAverage: number;
  readonly warnings: readonly string[];
}

/** @param parent The folder below which the engine keeps its data. */
export function readMachineFacts(parent: string, command: string): MachineFacts {
  const directory = mkdtempSync(join(parent, "everstep-bench-facts-"));
  try {
    const [loadAverage = 0] = loadavg();
    const fileSystem = fileSystemOf(directory);
    return {
      command,
      startedAt: new Date().toISOString(),
      commit: commitOf(),
      node: process.version,
      cores: availableParallelism(),
      cpuModel: cpus()[0]?.model.trim() ?? "unknown",
      memoryMb: Math.round(totalmem() / 1e6),
      fileSystem,
      synchronous: synchronousOf(join(directory, "facts.db")),
      fsyncMs: fsyncMsOf(join(directory, "fsync")),
      loadAverage,
      warnings: warningsOf(loadAverage, fileSystem),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function warningsOf(loadAverage: number, fileSystem: string): string[] {
  const warnings: string[] = [];
  if (loadAverage > QUIET_LOAD_MAX) {
    warnings.push(
      `The load average is ${loadAverage.toFixed(1)}: other work is in these figures. Run again on a quiet machine.`,
    );
  }
  if (fileSystem === "tmpfs") {
    warnings.push("The data are in memory (tmpfs), where an fsync costs nothing: set BENCH_DIR.");
  }
  return warnings;
}

function commitOf(): string {
  const git = (...args: string[]): string => execFileSync("git", args, { encoding: "utf8" }).trim();
  try {
    const isDirty = git("status", "--porcelain", "--untracked-files=no") !== "";
    return `${git("rev-parse", "--short", "HEAD")}${isDirty ? " with changes" : ""}`;
  } catch {
    return "unknown";
  }
}

/** The file system of the longest mount point that holds the folder. */
function fileSystemOf(directory: string): string {
  const mounts = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, point = " "]) => `${directory}/`.startsWith(point === "/" ? "/" : `${point}/`));
  const [longest] = mounts.toSorted(([, one = ""], [, other = ""]) => other.length - one.length);
  return longest?.[2] ?? "unknown";
}

/** Asked of the very connection that the store opens. */
function synchronousOf(path: string): string {
  const database = openFileConnection(path);
  const row = database.prepare("PRAGMA synchronous").get();
  database.close();
  return SYNCHRONOUS[Number(row?.["synchronous"])] ?? "unknown";
}

function fsyncMsOf(path: string): number {
  const file = openSync(path, "w");
  const page = Buffer.alloc(PAGE_BYTES, 1);
  const samples: number[] = [];
  for (let count = 0; count < FSYNCS; count += 1) {
    const startedAtMs = sharedNowMs();
    writeSync(file, page, 0, page.length, count * page.length);
    fdatasyncSync(file);
    samples.push(sharedNowMs() - startedAtMs);
  }
  closeSync(file);
  return median(samples);
}
