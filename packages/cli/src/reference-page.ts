// docs/reference/cli.md as text, from the same tables as the command itself. A test holds the file equal to it.
import { COMMAND_TEXTS } from "./command-texts.ts";
import { COMMANDS, environmentNames, fileKeys, type CommandName, type Flag } from "./flag.ts";
import { FLAGS, flagsOf } from "./flags.ts";
import { flagHead, shownDefault } from "./help-text.ts";

const INTRODUCTION = `# The everstep command

<!-- Written by packages/cli/src/reference-page.ts from the flag table; change it there, then run
     npx vitest run packages/cli -u -->

\`npm ci\` puts the command at \`node_modules/.bin/everstep\`. It needs Node.js 22.18 or newer; an older one hands over to
the \`node\` npm package when the project has it.

Exit codes: 0 done or stopped as asked, 1 failed, 2 called wrongly.

## Where settings come from

Strongest first: flag, environment variable, configuration file, default. A list from a stronger source replaces the
weaker list whole.

- **Environment.** Each flag has \`EVERSTEP_<FLAG>\` and \`INNGEST_<FLAG>\`, upper case, dashes as underscores; the first wins.
  Lists are separated by commas. An empty variable counts as unset.
- **File.** The first of \`everstep.json\`, \`everstep.yaml\`, \`everstep.yml\`, \`inngest.json\`, \`inngest.yaml\`, \`inngest.yml\`
  from the working directory upward, then \`~/.config/everstep/everstep.*\`, then \`~/.config/inngest/inngest.*\`.
  \`--config\`, \`EVERSTEP_CONFIG\` or \`INNGEST_CONFIG\` names one directly. Keys are flag names; unknown keys are an error.

\`\`\`json
{ "port": 9000, "sdk-url": ["http://localhost:3000/api/inngest"], "persist": true }
\`\`\`
`;

const DATA_NOTE = `## Data and taking over

\`everstep dev\` keeps everything in memory unless \`--persist\` is given. \`everstep dev --persist\` and \`everstep start\` use the
same file, \`main.db\` under \`--sqlite-dir\`, so \`start\` takes over what \`dev --persist\` began: events, runs, sleeps, waits
and known apps. Apps then receive signed calls, so give them the keys first. One process at a time may use a folder; a
second one stops with exit code 1 and leaves the data alone.

\`main.db\` belongs together with \`main.db-wal\` and \`main.db-shm\` beside it: stop the server before copying them.
`;

/** The whole page, ending with a newline. */
export function referencePage(): string {
  const commands = COMMANDS.map(commandSection).join("\n");
  return `${INTRODUCTION}\n${commands}\n${withoutEffectSection()}\n${DATA_NOTE}`;
}

function commandSection(command: CommandName): string {
  const { usage, summary, details, examples } = COMMAND_TEXTS[command];
  const flags = flagsOf(command).filter((flag) => flag.withoutEffect === undefined);
  const example = examples.length === 0 ? "" : `\n\`\`\`sh\n${examples.join("\n")}\n\`\`\`\n`;
  return `## everstep ${usage}

${[summary, ...details].join("\n")}
${example}
${markdownTable([["flag", "default", "environment", "meaning"], ...flags.map((flag) => flagCells(flag, command))])}
`;
}

function flagCells(flag: Flag, command: CommandName): readonly string[] {
  const names = environmentNames(flag);
  const environment = names.length === 0 ? "-" : names.map((name) => `\`${name}\``).join(" ");
  const value = shownDefault(flag, command);
  const shown = value === undefined ? "-" : `\`${value}\``;
  return [`\`${flagHead(flag)}\``, shown, environment, meaning(flag)];
}

function meaning(flag: Flag): string {
  const facts = [flag.summary];
  if (flag.choices !== undefined) {
    facts.push(`One of ${flag.choices.join(", ")}.`);
  }
  if (flag.kind === "number") {
    facts.push(`From ${flag.min ?? 0} to ${flag.max ?? "any"}.`);
  }
  const otherKeys = fileKeys(flag).slice(1);
  if (otherKeys.length > 0) {
    facts.push(`In files also \`${otherKeys.join("`, `")}\`.`);
  }
  if (flag.notInFiles === true) {
    facts.push("Not a key in files.");
  }
  return facts.join(" ").replaceAll("|", String.raw`\|`);
}

function withoutEffectSection(): string {
  const rows = FLAGS.filter((flag) => flag.withoutEffect !== undefined).map((flag) => [
    `\`${flagHead(flag)}\``,
    flag.withoutEffect ?? "",
  ]);
  return `## Accepted without effect

Flags of the official CLI that mean nothing here. \`dev\` and \`start\` take them, in the environment and in files too, and
say on stderr that they do nothing.

${markdownTable([["flag", "why"], ...rows])}
`;
}

/** Columns as wide as the formatter makes them, so that the page is what the formatter would leave alone. */
function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const rule = widths.map((width) => "-".repeat(width));
  return [head, rule, ...body]
    .map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`)
    .join("\n");
}
