// Ids that people type. What cannot be an id is said here, with where to find one, before a server is asked.
import { printable } from "./printable.ts";
import { UsageError } from "./usage-error.ts";

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/iu;

/** @param what Such as "the id of a run". @throws UsageError for what is no ULID. */
export function checkId(id: string, what: string): void {
  if (ULID.test(id)) {
    return;
  }
  throw new UsageError(
    `"${printable(id)}" is not ${what}: it has 26 letters and digits. List runs with: everstep runs`,
  );
}
