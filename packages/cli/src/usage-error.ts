// The two ways in which a command ends badly: it was called wrongly (exit code 2), or it could not do its work (1).

/** The command line, the environment or the configuration file is wrong. The message names what, and the way out. */
export class UsageError extends Error {
  readonly exitCode = 2;
  override readonly name = "UsageError";
}

/** The command was called correctly and failed. The message names what failed, and the way out. */
export class CommandError extends Error {
  readonly exitCode = 1;
  override readonly name = "CommandError";
}
