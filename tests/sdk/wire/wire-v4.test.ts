// Byte for byte: what official version 4 and ours answer to the same requests. One file a version: the two official ones cannot
// live in one process.
import * as official from "inngest4";
import { serve } from "inngest4/edge";
import type { Allowed } from "./compare.ts";
import { NAMES, PLAIN, SENT } from "./allowed-differences.ts";
import { describeWire } from "./wire-scenario.ts";

const CALLS: readonly Allowed[] = [];

const OWN_PLAIN: readonly Allowed[] = [
  {
    pattern: /^(?:sent\.0\.)?body\.featureObservations: .* \| undefined$/,
    reason: "telemetry for the official server",
  },
];

describeWire(
  { version: 4, module: official, serve },
  { calls: [...NAMES, ...CALLS], plain: [...NAMES, ...PLAIN, ...OWN_PLAIN], sent: SENT },
);
