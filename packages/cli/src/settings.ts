// Decides every setting of a command: flag, else environment, else file, else default, each checked in one place. A list
// from a stronger source replaces that of a weaker one whole.
import { readConfigFile, type ConfigFile } from "./config-file.ts";
import type { CommandLine } from "./command-line.ts";
import {
  defaultOf,
  environmentNames,
  fileKeys,
  type CommandName,
  type Flag,
  type FlagValue,
} from "./flag.ts";
import { FLAGS, FOREIGN_FILE_KEYS, flagsOf } from "./flags.ts";
import type { Io } from "./io.ts";
import { printable } from "./printable.ts";
import { suggest } from "./suggest.ts";
import { UsageError } from "./usage-error.ts";

export interface Settings {
  readonly command: CommandName;
  /** Values that were given or have a default. */
  readonly values: ReadonlyMap<string, FlagValue>;
  /** Path of the configuration file that was read. */
  readonly configPath?: string;
  /** One line each, for people: settings that are accepted and do nothing. */
  readonly notes: readonly string[];
}

const PREFIX = "EVERSTEP_";

/** A raw value and where it was found. */
interface Found {
  readonly source: string;
  readonly raw: readonly unknown[];
}

/** @throws UsageError naming the setting, its source, its value and what is allowed. */
export function resolveSettings(
  line: CommandLine,
  io: Pick<Io, "env" | "cwd" | "homeDir">,
): Settings {
  const flags = flagsOf(line.command);
  const file = findFile(line, io, flags);
  const notes = [...(file === undefined ? [] : checkFileKeys(file)), ...misspelt(io.env)];
  const values = new Map<string, FlagValue>();
  for (const flag of flags) {
    const found =
      fromLine(flag, line) ?? fromEnvironment(flag, io.env) ?? fromFile(flag, file ?? undefined);
    const value = found === undefined ? defaultOf(flag, line.command) : parseValue(flag, found);
    if (value !== undefined) {
      values.set(flag.name, value);
    }
    if (found !== undefined && flag.withoutEffect !== undefined && value !== false) {
      notes.push(`${found.source} has no effect: ${flag.withoutEffect}.`);
    }
  }
  const folder = flags.find(({ name }) => name === "sqlite-dir");
  const isFolderGiven = folder !== undefined && fromLine(folder, line) !== undefined;
  const { command } = line;
  if (isFolderGiven && command === "dev" && values.get("persist") !== true) {
    notes.push("--sqlite-dir has no effect without --persist: dev keeps everything in memory.");
  }
  return { command, values, notes, ...(file === undefined ? {} : { configPath: file.path }) };
}

export function isOn(settings: Settings, name: string): boolean {
  return settings.values.get(name) === true;
}

export function findText(settings: Settings, name: string): string | undefined {
  const value = settings.values.get(name);
  return typeof value === "string" ? value : undefined;
}

/** The texts of a flag that may be given many times; empty when it was not given. */
export function texts(settings: Settings, name: string): readonly string[] {
  const value = settings.values.get(name);
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

export function getText(settings: Settings, name: string): string {
  const value = findText(settings, name);
  if (value === undefined) {
    throw new Error(`--${name} has no value and no default for ${settings.command}`);
  }
  return value;
}

export function getNumber(settings: Settings, name: string): number {
  const value = settings.values.get(name);
  if (typeof value !== "number") {
    throw new Error(`--${name} has no value and no default for ${settings.command}`);
  }
  return value;
}

function findFile(
  line: CommandLine,
  io: Pick<Io, "env" | "cwd" | "homeDir">,
  flags: readonly Flag[],
): ConfigFile | undefined {
  const flag = flags.find((candidate) => candidate.name === "config");
  if (flag === undefined) {
    return undefined;
  }
  const named = fromLine(flag, line) ?? fromEnvironment(flag, io.env);
  return readConfigFile(io, named === undefined ? undefined : String(named.raw.at(-1)));
}

/** A key that nobody knows is a mistake; one that the official CLI knows is worth a note. */
function checkFileKeys(file: ConfigFile): string[] {
  const known = new Set(FLAGS.flatMap(fileKeys));
  const notes: string[] = [];
  for (const key of file.values.keys()) {
    if (FOREIGN_FILE_KEYS.includes(key)) {
      notes.push(`"${key}" in ${file.path} has no effect: its command does not exist here.`);
    } else if (!known.has(key)) {
      const hint = suggest(key, [...known]);
      throw new UsageError(`"${printable(key)}" in ${file.path} is no setting.${hint}`);
    }
  }
  return notes;
}

/** Variables of ours that are nobody's but nearly somebody's. The SDK has some of the same prefix, so the rest stays unsaid. */
function misspelt(env: Io["env"]): string[] {
  const ours = FLAGS.flatMap(environmentNames).filter((name) => name.startsWith(PREFIX));
  const rests = ours.map((name) => name.slice(PREFIX.length));
  return Object.keys(env).flatMap((name) => {
    if (!name.startsWith(PREFIX) || ours.includes(name)) return [];
    const hint = suggest(name.slice(PREFIX.length), rests, PREFIX);
    return hint === "" ? [] : [`${printable(name)} is no setting.${hint}`];
  });
}

function fromLine(flag: Flag, line: CommandLine): Found | undefined {
  const raw = line.given.get(flag.name);
  return raw === undefined ? undefined : { source: `--${flag.name}`, raw };
}

/** An empty variable counts as unset: that is how shells and compose files switch one off. */
function fromEnvironment(flag: Flag, env: Io["env"]): Found | undefined {
  const name = environmentNames(flag).find((candidate) => (env[candidate] ?? "") !== "");
  const value = name === undefined ? undefined : env[name];
  if (name === undefined || value === undefined) {
    return undefined;
  }
  return { source: name, raw: flag.many === true ? splitList(value) : [value] };
}

function fromFile(flag: Flag, file: ConfigFile | undefined): Found | undefined {
  const key = fileKeys(flag).find((candidate) => file?.values.has(candidate));
  const value = key === undefined ? undefined : file?.values.get(key);
  if (key === undefined || file === undefined || value === null || value === undefined) {
    return undefined;
  }
  const source = `"${key}" in ${file.path}`;
  if (flag.many === true && typeof value === "string") {
    return { source, raw: splitList(value) };
  }
  return { source, raw: Array.isArray(value) ? value : [value] };
}

function splitList(value: string): readonly string[] {
  return value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function parseValue(flag: Flag, found: Found): FlagValue {
  if (flag.many === true) {
    return found.raw.map((raw) => parseText(flag, found.source, raw));
  }
  if (found.raw.length > 1 && !found.source.startsWith("--")) {
    throw new UsageError(`${found.source} is a list, but it takes one value.`);
  }
  const raw = found.raw.at(-1);
  switch (flag.kind) {
    case "switch":
      return parseSwitch(found.source, raw);
    case "number":
      return parseNumber(flag, found.source, raw);
    case "text":
      return parseText(flag, found.source, raw);
  }
}

function parseSwitch(source: string, raw: unknown): boolean {
  const word = String(raw).toLowerCase();
  if (["true", "1", "yes", "on"].includes(word)) {
    return true;
  }
  if (["false", "0", "no", "off"].includes(word)) {
    return false;
  }
  throw new UsageError(`${source} is ${quote(raw)}, but it must be true or false.`);
}

function parseNumber(flag: Flag, source: string, raw: unknown): number {
  const value = typeof raw === "string" && raw.trim() === "" ? Number.NaN : Number(raw);
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = flag;
  if (typeof raw === "boolean" || !Number.isInteger(value) || value < min || value > max) {
    const range = flag.max === undefined ? `from ${min}` : `from ${min} to ${max}`;
    throw new UsageError(`${source} is ${quote(raw)}, but it must be a whole number ${range}.`);
  }
  return value;
}

function parseText(flag: Flag, source: string, raw: unknown): string {
  if (typeof raw !== "string" && typeof raw !== "number") {
    throw new UsageError(`${source} is ${quote(raw)}, but it must be a text.`);
  }
  const value = String(raw);
  const shown = flag.secret === true ? "not valid" : quote(value);
  if (value === "") {
    throw new UsageError(`${source} is empty, but it must have a value.`);
  }
  const choice = flag.choices === undefined ? value : value.toLowerCase();
  if (flag.choices !== undefined && !flag.choices.includes(choice)) {
    const hint = suggest(value, flag.choices);
    throw new UsageError(
      `${source} is ${shown}, but it must be one of ${flag.choices.join(", ")}.${hint}`,
    );
  }
  const problem = flag.check?.(choice);
  if (problem !== undefined) {
    throw new UsageError(`${source} is ${shown}, but ${problem}.`);
  }
  return choice;
}

function quote(raw: unknown): string {
  const text = typeof raw === "string" ? `"${raw}"` : JSON.stringify(raw);
  return printable(text.length > 80 ? `${text.slice(0, 77)}…` : text);
}
