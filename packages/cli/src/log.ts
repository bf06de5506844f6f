// Where the engine's and the server's log entries go: JSON lines through pino for programs, short lines for people.
import type { Log, LogEntry } from "@everstep/engine";
import { pino } from "pino";
import type { Output } from "./io.ts";
import { printable, printableLines } from "./printable.ts";

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

export interface LogOptions {
  readonly output: Output;
  readonly level: LogLevel;
  readonly json: boolean;
  readonly nowMs: () => number;
}

const RANKS: Readonly<Record<LogLevel, number>> = {
  trace: 0,
  debug: 1,
  info: 2,
  warn: 3,
  error: 4,
};

/** A log that writes entries of at least `level`. JSON lines carry `level`, `time` (ISO 8601), `msg` and the fields. */
export function createLog(options: LogOptions): Log {
  return options.json ? jsonLog(options) : peopleLog(options);
}

function jsonLog({ output, level, nowMs }: LogOptions): Log {
  const logger = pino(
    {
      level,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":"${new Date(nowMs()).toISOString()}"`,
    },
    { write: (line) => output.write(line) },
  );
  return (entry) => logger[entry.level](entry.fields, entry.message);
}

function peopleLog({ output, level, nowMs }: LogOptions): Log {
  return (entry) => {
    if (RANKS[entry.level] >= RANKS[level]) {
      output.write(`${clockTime(nowMs())}  ${entryText(entry)}\n`);
    }
  };
}

function entryText(entry: LogEntry): string {
  const { stack, ...rest } = entry.fields;
  const fields = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${String(value)}`);
  const mark = entry.level === "info" ? "" : `${entry.level.toUpperCase()} `;
  const [head = "", ...more] = printableLines(`${mark}${entry.message}`);
  const below = [...more, ...printableLines(String(stack ?? ""))].filter((line) => line !== "");
  const first = `${head}${fields.length === 0 ? "" : ` ${printable(fields.join(""))}`}`;
  return [first, ...below.map((line) => `    ${line.trim()}`)].join("\n");
}

/** `14:03:22` in local time. */
function clockTime(atMs: number): string {
  return new Date(atMs).toTimeString().slice(0, 8);
}
