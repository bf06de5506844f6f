// The flags of `dev` and `start` that change a bound of the engine. Their defaults stand with all other bounds in the protocol.
import { LIMITS } from "@everstep/protocol";
import type { CommandName, Flag } from "./flag.ts";

const SERVERS: readonly CommandName[] = ["dev", "start"];

export const LIMIT_FLAGS: readonly Flag[] = [
  {
    name: "max-steps",
    kind: "number",
    commands: SERVERS,
    placeholder: "COUNT",
    default: LIMITS.stepsPerRunMax,
    min: 1,
    max: 10_000_000,
    summary: "Steps that a run may have before it fails as runaway.",
  },
  {
    name: "max-calls",
    kind: "number",
    commands: SERVERS,
    placeholder: "COUNT",
    default: LIMITS.callsInFlightPerAppMax,
    min: 1,
    max: 100_000,
    summary: "Calls that one app gets at the same time, over all its functions.",
  },
  {
    name: "call-timeout",
    kind: "number",
    commands: SERVERS,
    placeholder: "SECONDS",
    default: LIMITS.callTimeoutMs / 1_000,
    min: 1,
    max: 86_400,
    summary: "How long one call of an app may take before the attempt counts as failed.",
  },
];
