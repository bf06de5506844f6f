// Failpoints: named places where the crash suite kills the process, to prove that nothing acknowledged is lost.
// Off, a failpoint is one call of an empty function. SIGKILL is used because nothing can catch it, as in a power cut.

/** Passes the named point. It does not return when the point was told to fail. */
export type Failpoint = (name: string) => void;

const passOn: Failpoint = () => {};

/**
 * Reads `EVERSTEP_FAIL_AT="<name>:<n>"`: the process kills itself with SIGKILL at the n-th pass (from 1) of the point.
 *
 * Each thread counts its own passes. Names of this store: commit_before_begin, commit_mid, commit_before_commit,
 * commit_after_commit.
 * @param env Usually `process.env`.
 * @throws {Error} The value does not have the form `<name>:<n>`.
 */
export function createFailpoint(env: Readonly<Record<string, string | undefined>>): Failpoint {
  const setting = env["EVERSTEP_FAIL_AT"];
  if (setting === undefined || setting === "") return passOn;
  const match = /^([a-z0-9_]+):([1-9][0-9]*)$/.exec(setting);
  if (match === null) {
    throw new Error(
      `EVERSTEP_FAIL_AT is "${setting}". Write <name>:<n>, for example commit_mid:3, or unset it.`,
    );
  }
  const [, failingName, count] = match;
  let passesLeft = Number(count);
  return (name) => {
    if (name !== failingName) return;
    passesLeft -= 1;
    if (passesLeft === 0) process.kill(process.pid, "SIGKILL");
  };
}
