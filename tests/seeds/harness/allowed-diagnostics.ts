// The lines of the samples that no SDK can make compile (sdk.md 6.1 and 6.2, last paragraph), with the reason. The compile test
// expects exactly these: a line too many is a fault of our types, a line too few means that this list is stale.

export interface AllowedDiagnostic {
  readonly id: string;
  readonly line: number;
  readonly code: string;
  /** Strict only: the preset of sdk.md 6.1 lets it pass. */
  readonly strictOnly?: true;
  readonly reason: string;
}

const SELF_REFERENCE = "the constant is read in the callback that initialises it";
const CAUGHT = "reads a member of a caught value without narrowing it (useUnknownInCatchVariables)";
const UNTYPED_ITEM = "callback over an array of untyped event data (noImplicitAny)";
const BOTH_HALVES = "the good and the bad half share one scope; each compiles alone";

export const ALLOWED_DIAGNOSTICS: readonly AllowedDiagnostic[] = [
  {
    id: "000#09",
    line: 303,
    code: "TS2554",
    reason: "a comment stands where the callback of map() belongs",
  },
  {
    id: "000#09",
    line: 303,
    code: "TS2345",
    reason: "so it maps to a list of unknown, which is no list of events",
  },
  { id: "000#32", line: 920, code: "TS7022", strictOnly: true, reason: SELF_REFERENCE },
  { id: "000#32", line: 920, code: "TS7024", strictOnly: true, reason: SELF_REFERENCE },
  { id: "001#23", line: 776, code: "TS2451", reason: BOTH_HALVES },
  { id: "001#23", line: 782, code: "TS2451", reason: BOTH_HALVES },
  { id: "001#25", line: 817, code: "TS2448", reason: BOTH_HALVES },
  { id: "001#25", line: 817, code: "TS2454", reason: BOTH_HALVES },
  {
    id: "001#25",
    line: 819,
    code: "TS2739",
    reason: "the typed client of the good half refuses what the bad half sends",
  },
  { id: "003#06", line: 303, code: "TS18046", strictOnly: true, reason: CAUGHT },
  { id: "003#25", line: 1194, code: "TS18046", strictOnly: true, reason: CAUGHT },
  { id: "004#10", line: 272, code: "TS7006", strictOnly: true, reason: UNTYPED_ITEM },
];
