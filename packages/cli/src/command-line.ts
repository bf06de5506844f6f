// Reads the command line into a command, its arguments and the flags as they were written. Values are judged later, in
// settings.ts, together with those of the environment and of files.
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { COMMANDS, type CommandName, type Flag } from "./flag.ts";
import { FLAGS, flagsOf } from "./flags.ts";
import { suggest } from "./suggest.ts";
import { UsageError } from "./usage-error.ts";

export interface CommandLine {
  readonly command: CommandName;
  /** What follows the command and is no flag. */
  readonly words: readonly string[];
  /** Raw values in the order in which they were written, by flag name. A switch without a value is "true". */
  readonly given: ReadonlyMap<string, readonly string[]>;
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inline: boolean;
}

const FLAGS_BY_NAME: ReadonlyMap<string, Flag> = new Map(FLAGS.map((flag) => [flag.name, flag]));

/** @throws UsageError for an unknown command or flag, a flag of another command, or a missing value. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const { words, options } = tokenize(argv);
  const asksVersion = options.some((option) => option.rawName === "--version");
  const asksHelp = options.some((option) => option.name === "help");
  const [word, ...rest] = words;
  if (word === undefined) {
    return { command: asksVersion ? "version" : "help", words: [], given: new Map() };
  }
  const command = COMMANDS.find((candidate) => candidate === word);
  if (command === undefined) {
    throw new UsageError(
      `"${word}" is no command of everstep.${suggest(word, COMMANDS)} See: everstep help`,
    );
  }
  if (asksHelp) {
    return { command: "help", words: [command], given: new Map() };
  }
  return { command, words: rest, given: collect(command, options) };
}

function tokenize(argv: readonly string[]): {
  readonly words: readonly string[];
  readonly options: readonly OptionToken[];
} {
  const config: ParseArgsOptionsConfig = {};
  for (const flag of FLAGS) {
    config[flag.name] = {
      type: flag.kind === "switch" ? "boolean" : "string",
      ...(flag.short === undefined ? {} : { short: flag.short }),
    };
  }
  const { tokens } = parseArgs({
    args: [...argv],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const words: string[] = [];
  const options: OptionToken[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      words.push(token.value);
    } else if (token.kind === "option") {
      const { name, rawName, value } = token;
      const inline = token.inlineValue === true;
      // parseArgs reads `-p=8288` as the value "=8288"; the official CLI takes it as 8288.
      const isShort = !rawName.startsWith("--");
      const written = inline && isShort && value !== undefined ? value.replace(/^=/u, "") : value;
      options.push({ name, rawName, value: written, inline });
    }
  }
  return { words, options };
}

function collect(
  command: CommandName,
  options: readonly OptionToken[],
): ReadonlyMap<string, readonly string[]> {
  const given = new Map<string, string[]>();
  for (const option of options) {
    const flag = knownFlag(command, option);
    const values = given.get(flag.name) ?? [];
    values.push(valueOf(flag, option));
    given.set(flag.name, values);
  }
  return given;
}

function knownFlag(command: CommandName, option: OptionToken): Flag {
  const flag = FLAGS_BY_NAME.get(option.name);
  if (flag === undefined || option.rawName === `-${option.name}`) {
    const names = flagsOf(command).map((candidate) => candidate.name);
    const hint = suggest(option.name, names, "--");
    throw new UsageError(
      `${option.rawName} is no flag of everstep ${command}.${hint} See: everstep help ${command}`,
    );
  }
  if (!flag.commands.includes(command)) {
    const places = flag.commands.map((name) => `everstep ${name}`).join(", ");
    throw new UsageError(
      `${option.rawName} is no flag of everstep ${command}; it belongs to ${places}. See: everstep help ${command}`,
    );
  }
  return flag;
}

function valueOf(flag: Flag, option: OptionToken): string {
  if (flag.kind === "switch") {
    return option.value ?? "true";
  }
  const looksLikeFlag = !option.inline && /^-\D/u.test(option.value ?? "");
  if (option.value === undefined || looksLikeFlag) {
    const unit = flag.placeholder ?? "VALUE";
    throw new UsageError(
      `${option.rawName} needs a value: ${option.rawName} ${unit}. A value that begins with a dash is written --${flag.name}=${unit}.`,
    );
  }
  return option.value;
}
