// The command line of `npm run bench`.
import { parseArgs } from "node:util";
import type { Size } from "./workload.ts";

export type Format = "text" | "json" | "markdown";

export interface BenchOptions {
  /** Names of workloads; empty for all. */
  readonly names: readonly string[];
  readonly size: Size;
  readonly rounds: number;
  readonly format: Format;
  readonly isListing: boolean;
  readonly isHelp: boolean;
  readonly profileDirectory: string | undefined;
}

export const HELP = `npm run bench -- [WORKLOAD ...] [options]

  --list         name the workloads
  --quick        small sizes, one round: seconds for a workload, figures that only point the way
  --full         the sizes that the budgets speak of: 1,000,000 standing runs, longer rounds
  --repeat N     rounds, in each of which ceiling and engine are measured in turn (3; with --quick 1)
  --json         one JSON object a line: the machine, then the figures
  --markdown     the table of docs/benchmarks.md
  --profile DIR  write a CPU profile of each life of the engine there (it then runs slower)

BENCH_DIR names the folder for the engine's data; without it the system's folder for temporary files.
`;

const ROUNDS = 3;
const ROUNDS_MAX = 100;

/** The command line is wrong; the message says where. */
export class UsageError extends Error {}

/** @throws UsageError */
export function parseBenchOptions(argv: readonly string[]): BenchOptions {
  const { values, positionals } = parseArguments(argv);
  if (values.quick && values.full) throw new UsageError("--quick and --full: give one of them.");
  if (values.json && values.markdown)
    throw new UsageError("--json and --markdown: give one of them.");
  return {
    names: positionals,
    size: sizeOf(values),
    rounds: roundsOf(values.repeat, values.quick ? 1 : ROUNDS),
    format: formatOf(values),
    isListing: values.list,
    isHelp: values.help,
    profileDirectory: values.profile,
  };
}

function parseArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        list: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
        quick: { type: "boolean", default: false },
        full: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        markdown: { type: "boolean", default: false },
        repeat: { type: "string" },
        profile: { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function sizeOf({ quick, full }: { quick: boolean; full: boolean }): Size {
  if (quick) return "quick";
  return full ? "full" : "normal";
}

function formatOf({ json, markdown }: { json: boolean; markdown: boolean }): Format {
  if (json) return "json";
  return markdown ? "markdown" : "text";
}

function roundsOf(text: string | undefined, unless: number): number {
  const rounds = Number(text ?? unless);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= ROUNDS_MAX) return rounds;
  throw new UsageError(`--repeat is "${text}"; it must be a whole number from 1 to ${ROUNDS_MAX}.`);
}
