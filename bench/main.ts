// `npm run bench`: runs workloads one after the other and prints each one's figures when it is done. Judges, but never
// fails on a figure: times depend on the machine, so a budget that is missed is a word in the table.
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { WORKLOADS } from "./all-workloads.ts";
import { HELP, parseBenchOptions, UsageError, type BenchOptions } from "./bench-options.ts";
import type { Figure } from "./figure.ts";
import { readMachineFacts } from "./machine.ts";
import { figuresMarkdown, figuresText, machineText } from "./report.ts";
import { withOwnStage } from "./stage.ts";
import type { BenchContext, Workload } from "./workload.ts";

const print = (text: string): void => void process.stdout.write(text);
const say = (text: string): void => void process.stderr.write(`${text}\n`);

// Leaves through "exit", where the children are ended.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

try {
  await main(parseBenchOptions(process.argv.slice(2)));
} catch (error) {
  say(explain(error));
  process.exitCode = 1;
}

async function main(options: BenchOptions): Promise<void> {
  if (options.isHelp) return print(HELP);
  if (options.isListing) {
    return print(WORKLOADS.map(({ name, summary }) => `${name.padEnd(10)} ${summary}\n`).join(""));
  }
  if (process.platform !== "linux") {
    throw new Error("The benchmark reads CPU time and memory from /proc, which only Linux has.");
  }
  const chosen = choose(options.names);
  const parent = process.env["BENCH_DIR"] ?? tmpdir();
  const facts = readMachineFacts(parent, `npm run bench -- ${process.argv.slice(2).join(" ")}`);
  print(
    options.format === "json"
      ? `${JSON.stringify({ type: "machine", ...facts })}\n`
      : `${machineText(facts)}\n`,
  );
  const profileDirectory =
    options.profileDirectory === undefined ? undefined : resolve(options.profileDirectory);
  const context: BenchContext = {
    size: options.size,
    rounds: options.rounds,
    say,
    isSeeding: options.size === "full",
    withStage: (work) => withOwnStage({ parent, profileDirectory }, work),
  };
  await runAll(chosen, context, options.format);
}

async function runAll(
  workloads: readonly Workload[],
  context: BenchContext,
  format: BenchOptions["format"],
): Promise<void> {
  const all: Figure[] = [];
  for (const workload of workloads) {
    say(`${workload.name}: ${workload.summary} …`);
    const figures = await workload.run(context);
    all.push(...figures);
    if (format === "text") print(`${workload.name}\n${figuresText(figures)}\n`);
    if (format === "json") {
      for (const figure of figures) print(`${JSON.stringify({ type: "figure", ...figure })}\n`);
    }
  }
  if (format === "markdown") print(figuresMarkdown(all));
}

function choose(names: readonly string[]): readonly Workload[] {
  const unknown = names.filter((name) => !WORKLOADS.some((workload) => workload.name === name));
  if (unknown.length > 0) {
    const known = WORKLOADS.map(({ name }) => name).join(", ");
    throw new UsageError(`No workload is called "${unknown.join('", "')}". There are: ${known}.`);
  }
  return names.length === 0 ? WORKLOADS : WORKLOADS.filter(({ name }) => names.includes(name));
}

function explain(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
