// Switches that ask for more of one thing than is shown by default. Part of the table in flags.ts.
import type { Flag } from "./flag.ts";

export const DETAIL_FLAGS: readonly Flag[] = [
  {
    name: "logs",
    kind: "switch",
    commands: ["run"],
    onlyOnLine: true,
    default: false,
    summary: "What the run's logger wrote, behind the rest.",
  },
  {
    name: "audit",
    kind: "switch",
    commands: ["limits"],
    onlyOnLine: true,
    default: false,
    summary: "Who paused, resumed or changed limits of the function, newest first.",
  },
];
