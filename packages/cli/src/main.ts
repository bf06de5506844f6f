// The command: from arguments to an exit code. Everything of the process comes in through `io`.
import { parseCommandLine, type CommandLine } from "./command-line.ts";
import { COMMAND_TEXTS } from "./command-texts.ts";
import { COMMANDS } from "./flag.ts";
import { commandText, overviewText } from "./help-text.ts";
import type { Io } from "./io.ts";
import { keysText, newKeys } from "./keys.ts";
import { printableLines } from "./printable.ts";
import { showRun } from "./run-command.ts";
import { showRuns } from "./runs-command.ts";
import { sendEvent } from "./send-command.ts";
import { setPaused } from "./pause-command.ts";
import { showLimits } from "./limits-command.ts";
import { showWhy } from "./why-command.ts";
import { isOn, resolveSettings, type Settings } from "./settings.ts";
import { suggest } from "./suggest.ts";
import { CommandError, UsageError } from "./usage-error.ts";
import { everstepVersion } from "./version.ts";

export { processIo } from "./process-io.ts";

/**
 * Runs one command.
 *
 * @param argv What follows the program's name.
 * @returns The exit code: 0 done or stopped as asked, 1 failed, 2 called wrongly. Errors are on stderr already.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const line = parseCommandLine(argv);
    const settings = resolveSettings(line, io);
    for (const note of settings.notes) {
      io.stderr.write(`everstep: note: ${note}\n`);
    }
    await runCommand(line, settings, io);
    return 0;
  } catch (error) {
    io.stderr.write(`${errorText(error)}\n`);
    return error instanceof UsageError ? error.exitCode : 1;
  }
}

async function runCommand(line: CommandLine, settings: Settings, io: Io): Promise<void> {
  switch (line.command) {
    case "dev":
    case "start":
      takeWords(line, []);
      return serveLater(settings, io);
    case "send":
      return sendEvent(takeWords(line, ["the event's name"])[0] ?? "", settings, io);
    case "runs":
      takeWords(line, []);
      return showRuns(settings, io);
    case "run":
      return showRun(takeWords(line, ["the run's ID"])[0] ?? "", settings, io);
    case "why":
      return showWhy(takeWords(line, ["the ID of a run or an event"])[0] ?? "", settings, io);
    case "pause":
    case "resume": {
      const [name = ""] = takeWords(line, ["a function"]);
      return setPaused({ name, isPaused: line.command === "pause" }, settings, io);
    }
    case "limits":
      return showLimits(takeWords(line, ["a function"])[0] ?? "", settings, io);
    case "keys":
      return showKeys(line, settings, io);
    case "version":
      takeWords(line, []);
      return showVersion(settings, io);
    case "help":
      return showHelp(line, io);
  }
}

/** The engine and its database are loaded only by the commands that need them: the others answer sooner. */
async function serveLater(settings: Settings, io: Io): Promise<void> {
  const { serve } = await import("./serve-command.ts");
  await serve(settings, io);
}

function showKeys(line: CommandLine, settings: Settings, io: Io): void {
  const [word] = takeWords(line, ["new"]);
  if (word !== "new") {
    throw new UsageError(`everstep keys knows only: everstep keys new`);
  }
  const keys = newKeys(io);
  io.stdout.write(isOn(settings, "json") ? `${JSON.stringify(keys)}\n` : keysText(keys));
}

function showVersion(settings: Settings, io: Io): void {
  const everstep = everstepVersion();
  const node = process.version;
  io.stdout.write(
    isOn(settings, "json")
      ? `${JSON.stringify({ everstep, node })}\n`
      : `everstep ${everstep}, Node.js ${node}\n`,
  );
}

function showHelp(line: CommandLine, io: Io): void {
  const [word, ...more] = line.words;
  if (more.length > 0) {
    throw new UsageError(`everstep help takes one command, not "${line.words.join(" ")}".`);
  }
  if (word === undefined) {
    io.stdout.write(overviewText());
    return;
  }
  const command = COMMANDS.find((candidate) => candidate === word);
  if (command === undefined) {
    throw new UsageError(`"${word}" is no command of everstep.${suggest(word, COMMANDS)}`);
  }
  io.stdout.write(commandText(command));
}

/** The words behind a command, exactly as many as it takes. */
function takeWords(line: CommandLine, expected: readonly string[]): readonly string[] {
  const { command, words } = line;
  const usage = `Usage: everstep ${COMMAND_TEXTS[command].usage}`;
  const missing = expected[words.length];
  if (missing !== undefined) {
    throw new UsageError(`everstep ${command} needs ${missing}. ${usage}`);
  }
  const extra = words[expected.length];
  if (extra !== undefined) {
    throw new UsageError(`everstep ${command} does not take "${extra}". ${usage}`);
  }
  return words;
}

function errorText(error: unknown): string {
  if (error instanceof UsageError || error instanceof CommandError) {
    return withPrefix(error.message);
  }
  // EverstepError and whatever nobody foresaw: the message is for people, the stack for a report of a bug.
  const isForeseen = error instanceof Error && error.name === "EverstepError";
  const text =
    error instanceof Error
      ? ((isForeseen ? error.message : error.stack) ?? error.message)
      : String(error);
  return withPrefix(text);
}

function withPrefix(message: string): string {
  return `everstep: ${printableLines(message).join("\n")}`;
}
