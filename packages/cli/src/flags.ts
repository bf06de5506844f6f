// The table of every flag: one row each. Names and meanings of the official CLI are kept, so that scripts keep working.
// After a change: `npx vitest run packages/cli -u` rewrites docs/reference/cli.md.
import type { CommandName, Flag } from "./flag.ts";
import { DETAIL_FLAGS } from "./detail-flags.ts";
import { FLAGS_WITHOUT_EFFECT } from "./flags-without-effect.ts";
import { LIMIT_FLAGS } from "./limit-flags.ts";
import { checkLimitSetting } from "./limit-settings.ts";
import { checkEventKey, checkSigningKey } from "./keys.ts";
import { checkEventId, checkEventTime, checkHttpUrl, checkJsonObject } from "./value-checks.ts";

const SERVERS: readonly CommandName[] = ["dev", "start"];
const CLIENTS: readonly CommandName[] = ["send", "runs", "run", "why", "pause", "resume", "limits"];
const EVERY: readonly CommandName[] = [...SERVERS, ...CLIENTS, "keys", "version", "help"];

const SERVER_FLAGS: readonly Flag[] = [
  {
    name: "sdk-url",
    short: "u",
    kind: "text",
    many: true,
    commands: SERVERS,
    placeholder: "URL",
    check: checkHttpUrl,
    fileKeysAlso: ["urls"],
    summary:
      "Serve URL of an app, e.g. http://localhost:3000/api/inngest. May be given several times.",
  },
  {
    name: "port",
    short: "p",
    kind: "number",
    commands: SERVERS,
    placeholder: "PORT",
    default: 8288,
    min: 0,
    max: 65_535,
    summary:
      "Port to listen on; 0 takes any free one. When it is busy, dev takes the next free one and says so; start fails.",
  },
  {
    name: "host",
    kind: "text",
    commands: SERVERS,
    placeholder: "ADDRESS",
    default: "127.0.0.1",
    defaults: { start: "0.0.0.0" },
    summary:
      "Address to listen on. dev has no keys, so it listens on this machine only unless told.",
  },
  {
    name: "allowed-host",
    kind: "text",
    many: true,
    commands: ["dev"],
    placeholder: "NAME",
    summary:
      "Further host name under which dev may be addressed, e.g. host.docker.internal. Others than localhost are refused, because a web page could be behind them. May be given several times.",
  },
  {
    name: "persist",
    kind: "switch",
    commands: ["dev"],
    default: false,
    summary:
      "Keep events and runs in a file under --sqlite-dir. Without it they are lost when dev stops.",
  },
  {
    name: "sqlite-dir",
    kind: "text",
    commands: SERVERS,
    placeholder: "DIR",
    default: ".everstep",
    summary: "Folder of the data file main.db. One process at a time.",
  },
  {
    name: "signing-key",
    kind: "text",
    commands: ["start", ...CLIENTS],
    placeholder: "KEY",
    secret: true,
    check: checkSigningKey,
    summary:
      "Key that signs calls to apps and opens the API: hex digits of even length; a prefix such as signkey-prod- is allowed.",
  },
  {
    name: "event-key",
    kind: "text",
    many: true,
    commands: ["start", "send"],
    placeholder: "KEY",
    secret: true,
    check: checkEventKey,
    summary: "Key that may send events. May be given several times; send uses the first.",
  },
  {
    name: "no-discovery",
    kind: "switch",
    commands: ["dev"],
    default: false,
    summary: "Do not look for apps on the usual local ports and paths.",
  },
  {
    name: "no-poll",
    kind: "switch",
    commands: ["dev"],
    default: false,
    summary: "Do not ask known apps again for changes of their functions.",
  },
  {
    name: "poll-interval",
    kind: "number",
    commands: SERVERS,
    placeholder: "SECONDS",
    default: 5,
    min: 0,
    max: 86_400,
    summary:
      "Time between two looks at an app; 0 means 5. start looks only at apps that could not be synced.",
  },
  {
    name: "retry-interval",
    kind: "number",
    commands: SERVERS,
    placeholder: "SECONDS",
    default: 0,
    min: 0,
    max: 86_400,
    summary: "Fixed time between two attempts; 0 means the growing delays of the protocol.",
  },
  ...LIMIT_FLAGS,
  {
    name: "shutdown-grace",
    kind: "number",
    commands: SERVERS,
    placeholder: "SECONDS",
    default: 10,
    min: 0,
    max: 3_600,
    summary:
      "How long calls to apps may finish after the first Ctrl-C or SIGTERM. What does not finish is called again after the next start.",
  },
];

const CLIENT_FLAGS: readonly Flag[] = [
  {
    name: "url",
    kind: "text",
    commands: CLIENTS,
    placeholder: "URL",
    default: "http://127.0.0.1:8288",
    check: checkHttpUrl,
    summary: "The running server.",
  },
  {
    name: "data",
    kind: "text",
    commands: ["send"],
    placeholder: "JSON",
    default: "{}",
    onlyOnLine: true,
    check: checkJsonObject,
    summary: 'The event\'s data, a JSON object, e.g. \'{"orderId":"A-1"}\'.',
  },
  {
    name: "user",
    kind: "text",
    commands: ["send"],
    placeholder: "JSON",
    onlyOnLine: true,
    check: checkJsonObject,
    summary: "The event's user, a JSON object.",
  },
  {
    name: "id",
    kind: "text",
    commands: ["send"],
    placeholder: "ID",
    onlyOnLine: true,
    check: checkEventId,
    summary: "Idempotency id: an event with the same id starts no function twice within 24 hours.",
  },
  {
    name: "ts",
    kind: "text",
    commands: ["send"],
    placeholder: "TIME",
    onlyOnLine: true,
    check: checkEventTime,
    summary:
      "Time of the event: milliseconds since 1970, or a date such as 2026-03-01T09:00:00Z. In the future: functions start then.",
  },
  {
    name: "status",
    kind: "text",
    commands: ["runs"],
    placeholder: "STATUS",
    onlyOnLine: true,
    many: true,
    choices: ["queued", "running", "completed", "failed", "cancelled", "skipped"],
    summary: "Only runs with this status. May be given several times.",
  },
  {
    name: "function",
    kind: "text",
    commands: ["runs"],
    placeholder: "ID",
    onlyOnLine: true,
    summary: "Only runs of this function: its id, with or without the app's id before it.",
  },
  {
    name: "limit",
    kind: "number",
    commands: ["runs"],
    placeholder: "COUNT",
    onlyOnLine: true,
    default: 20,
    min: 1,
    max: 400,
    summary: "How many runs to list, newest first.",
  },
  {
    name: "set",
    kind: "text",
    commands: ["limits"],
    placeholder: "LIMIT=VALUE",
    onlyOnLine: true,
    many: true,
    check: checkLimitSetting,
    summary:
      "Change a limit, e.g. concurrency=5, throttle.limit=10, throttle.period=1m, retries=0. `off` switches it off, `code` goes back to the code's. May be given several times.",
  },
  ...DETAIL_FLAGS,
];

const COMMON_FLAGS: readonly Flag[] = [
  {
    name: "config",
    kind: "text",
    commands: [...SERVERS, ...CLIENTS],
    placeholder: "FILE",
    notInFiles: true,
    summary:
      "Configuration file. Without it: everstep.json, .yaml, .yml, then inngest.*, from this folder upward, then in ~/.config/everstep and ~/.config/inngest.",
  },
  {
    name: "json",
    kind: "switch",
    commands: EVERY,
    default: false,
    summary:
      "Output for programs: one JSON document, or JSON log lines from dev and start, which also write them whenever stdout is no terminal.",
  },
  {
    name: "log-level",
    short: "l",
    kind: "text",
    commands: SERVERS,
    placeholder: "LEVEL",
    default: "info",
    choices: ["trace", "debug", "info", "warn", "error"],
    environmentAlso: ["LOG_LEVEL"],
    summary: "Least level that is logged.",
  },
  {
    name: "verbose",
    kind: "switch",
    commands: SERVERS,
    default: false,
    summary: "The same as --log-level debug.",
  },
  {
    name: "help",
    short: "h",
    kind: "switch",
    commands: EVERY,
    onlyOnLine: true,
    default: false,
    summary: "Show what a command does and which flags it takes.",
  },
];

export const FLAGS: readonly Flag[] = [
  ...SERVER_FLAGS,
  ...CLIENT_FLAGS,
  ...COMMON_FLAGS,
  ...FLAGS_WITHOUT_EFFECT,
];

/** Keys of the official CLI's files whose flags belong to commands that do not exist here. */
export const FOREIGN_FILE_KEYS: readonly string[] = [
  "api-host",
  "api-port",
  "api-key",
  "prod",
  "env",
];

/** The flags that a command takes. */
export function flagsOf(command: CommandName): readonly Flag[] {
  return FLAGS.filter((flag) => flag.commands.includes(command));
}
