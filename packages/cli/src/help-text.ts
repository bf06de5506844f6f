// The texts of `everstep help` and `everstep help COMMAND`, from the tables.
import { COMMAND_TEXTS } from "./command-texts.ts";
import { COMMANDS, defaultOf, environmentNames, type CommandName, type Flag } from "./flag.ts";
import { flagsOf } from "./flags.ts";

const TEXT_COLUMNS = 80;
const FLAG_COLUMNS = 28;
const FLAG_TEXT_COLUMNS = 72;

export function overviewText(): string {
  const width = Math.max(...COMMANDS.map((command) => COMMAND_TEXTS[command].usage.length)) + 2;
  const lines = COMMANDS.map((command) => {
    const { usage, summary } = COMMAND_TEXTS[command];
    return `  ${usage.replace(" [flags]", "").padEnd(width)}${summary}`;
  });
  return `everstep: durable functions and workflows, driven by events

Usage: everstep COMMAND [flags]

${lines.join("\n")}

Flags of a command:  everstep help COMMAND
Each flag can also be set by an environment variable or in everstep.json (.yaml, .yml).
Everstep is independent of Inngest Inc.; it speaks the same protocol.
`;
}

export function commandText(command: CommandName): string {
  const { usage, summary, details, examples } = COMMAND_TEXTS[command];
  const flags = flagsOf(command);
  const active = flags.filter((flag) => flag.withoutEffect === undefined);
  const idle = flags.filter((flag) => flag.withoutEffect !== undefined);
  const parts = [
    `Usage: everstep ${usage}`,
    [summary, ...details].flatMap((text) => wrap(text, TEXT_COLUMNS)).join("\n"),
    examples.length === 0 ? "" : `Examples:\n${examples.map((line) => `  ${line}`).join("\n")}`,
    `Flags:\n${active.map((flag) => flagLines(flag, command)).join("\n")}`,
    idle.length === 0
      ? ""
      : `Accepted without effect, so that scripts for the official CLI keep working:\n${wrap(
          idle.map((flag) => `--${flag.name}`).join(" "),
          TEXT_COLUMNS - 2,
        )
          .map((line) => `  ${line}`)
          .join("\n")}`,
    "Precedence: flag, environment variable, configuration file, default.",
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** `-p, --port PORT` */
export function flagHead(flag: Flag): string {
  const short = flag.short === undefined ? "" : `-${flag.short}, `;
  const unit = flag.kind === "switch" ? "" : ` ${flag.placeholder ?? "VALUE"}`;
  return `${short}--${flag.name}${unit}`;
}

/** The default as people write it; undefined for switches that are off and for flags without one. */
export function shownDefault(flag: Flag, command: CommandName): string | undefined {
  const value = defaultOf(flag, command);
  return value === undefined || value === false ? undefined : String(value);
}

function flagLines(flag: Flag, command: CommandName): string {
  const value = shownDefault(flag, command);
  const facts = [
    flag.choices === undefined ? undefined : `one of ${flag.choices.join(", ")}`,
    value === undefined ? undefined : `default ${value}`,
    environmentNames(flag)[0],
  ].filter((fact) => fact !== undefined);
  const suffix = facts.length === 0 ? "" : ` (${facts.join("; ")})`;
  const lines = wrap(`${flag.summary}${suffix}`, FLAG_TEXT_COLUMNS);
  const head = `  ${flagHead(flag)}`;
  const indent = " ".repeat(FLAG_COLUMNS);
  const first = head.length < FLAG_COLUMNS ? `${head.padEnd(FLAG_COLUMNS)}${lines[0] ?? ""}` : head;
  const rest = head.length < FLAG_COLUMNS ? lines.slice(1) : lines;
  return [first, ...rest.map((line) => `${indent}${line}`)].join("\n");
}

function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
