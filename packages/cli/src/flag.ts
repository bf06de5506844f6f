// What a flag is. The table itself is in flags.ts; it drives parsing, the environment, configuration files, the help and
// docs/reference/cli.md, so that the five cannot differ.

export const COMMANDS = [
  "dev",
  "start",
  "send",
  "runs",
  "run",
  "why",
  "pause",
  "resume",
  "limits",
  "keys",
  "version",
  "help",
] as const;
export type CommandName = (typeof COMMANDS)[number];

/** switch: on or off. number: a decimal number in [min, max]. text: anything that `check` lets pass. */
export type FlagKind = "switch" | "number" | "text";
export type FlagValue = boolean | number | string | readonly string[];

export interface Flag {
  /** As written after the two dashes; also the key in configuration files. */
  readonly name: string;
  readonly short?: string;
  readonly kind: FlagKind;
  /** May be given several times; a list in files, separated by commas in the environment. Text only. */
  readonly many?: boolean;
  readonly commands: readonly CommandName[];
  /** What help shows behind the name; units belong here. */
  readonly placeholder?: string;
  readonly summary: string;
  readonly default?: boolean | number | string;
  /** Where a command's default differs. */
  readonly defaults?: Partial<Record<CommandName, boolean | number | string>>;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  /** What is wrong with a text value, as the end of a sentence; undefined when it is fine. */
  readonly check?: (value: string) => string | undefined;
  /** Never repeated in a message. */
  readonly secret?: boolean;
  /** Further environment variables, weaker than the two that each flag has. */
  readonly environmentAlso?: readonly string[];
  /** Further keys in configuration files. */
  readonly fileKeysAlso?: readonly string[];
  /** True: only on the command line and in the environment. */
  readonly notInFiles?: boolean;
  /** True: only on the command line. It describes one call, not a setting. */
  readonly onlyOnLine?: boolean;
  /** The official CLI has it and it does nothing here: why, as one sentence. Accepted with a note. */
  readonly withoutEffect?: string;
}

/** The environment variables of a flag, strongest first. */
export function environmentNames(flag: Flag): readonly string[] {
  if (flag.onlyOnLine === true) {
    return [];
  }
  const name = flag.name.replaceAll("-", "_").toUpperCase();
  return [`EVERSTEP_${name}`, `INNGEST_${name}`, ...(flag.environmentAlso ?? [])];
}

/** The configuration-file keys of a flag, strongest first. */
export function fileKeys(flag: Flag): readonly string[] {
  const none = flag.notInFiles === true || flag.onlyOnLine === true;
  return none ? [] : [flag.name, ...(flag.fileKeysAlso ?? [])];
}

/** The value that a flag has when nobody says anything. */
export function defaultOf(flag: Flag, command: CommandName): boolean | number | string | undefined {
  return flag.defaults?.[command] ?? flag.default;
}
