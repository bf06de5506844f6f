// What each command is for, in words: shared by `everstep help` and docs/reference/cli.md.
import type { CommandName } from "./flag.ts";

export interface CommandText {
  /** Behind `everstep `. */
  readonly usage: string;
  readonly summary: string;
  readonly details: readonly string[];
  readonly examples: readonly string[];
}

export const COMMAND_TEXTS: Readonly<Record<CommandName, CommandText>> = {
  dev: {
    usage: "dev [flags]",
    summary: "Start a server for development: this machine only, no keys, in memory.",
    details: [
      "Looks for apps on the usual local ports and paths, and asks the apps it knows for changes.",
      "With --persist everything is kept in main.db under --sqlite-dir and goes on at the next start; everstep start can take the same folder over later.",
    ],
    examples: [
      "everstep dev",
      "everstep dev -u http://localhost:3000/api/inngest --no-discovery",
      "everstep dev --persist --port 9000",
    ],
  },
  start: {
    usage: "start [flags]",
    summary: "Start a server for production: keys needed, everything durable in one SQLite file.",
    details: [
      "Data is kept in main.db under --sqlite-dir. After a crash or a kill, start on the same folder goes on where it was; calls that were in flight are made again.",
      "Ctrl-C or SIGTERM stops taking work, lets calls finish for --shutdown-grace seconds and exits with 0. A second one exits with 1 at once.",
      "Make keys with everstep keys new. Apps need the same keys, and INNGEST_BASE_URL set to this server.",
    ],
    examples: [
      "everstep start --signing-key <hex> --event-key <key> -u http://app:3000/api/inngest",
      "EVERSTEP_SIGNING_KEY=<hex> EVERSTEP_EVENT_KEY=<key> everstep start --sqlite-dir /var/lib/everstep",
    ],
  },
  send: {
    usage: "send NAME [flags]",
    summary: "Send one event to a running server.",
    details: ["Prints the event's id once the server has stored it."],
    examples: [
      `everstep send shop/order.placed --data '{"orderId":"A-1"}'`,
      `everstep send reminder/due --ts 2026-12-24T18:00:00Z`,
    ],
  },
  runs: {
    usage: "runs [flags]",
    summary: "List runs of a running server, newest first.",
    details: [],
    examples: ["everstep runs", "everstep runs --status failed --function order --limit 50"],
  },
  run: {
    usage: "run ID [flags]",
    summary: "Show one run: its steps, their times, attempts and errors, and its output.",
    details: [],
    examples: [
      "everstep run 01JZ8M9E5S3V7Q2X4B6N8R0TYK",
      "everstep run 01JZ8M9E5S3V7Q2X4B6N8R0TYK --logs",
    ],
  },
  why: {
    usage: "why ID [flags]",
    summary: "Say why a run waits or how it ended, or what became of an event at each function.",
    details: [
      "ID is the id of a run (everstep runs lists them) or of an event (sending it answers with it).",
    ],
    examples: ["everstep why 01JZ8M9E5S3V7Q2X4B6N8R0TYK"],
  },
  pause: {
    usage: "pause FUNCTION [flags]",
    summary: "Pause a function: events that come are skipped, runs that exist wait.",
    details: [
      "FUNCTION is its id in the app, app and id joined by a dash, or its name. Steps that are running now finish.",
    ],
    examples: ["everstep pause shop-order"],
  },
  resume: {
    usage: "resume FUNCTION [flags]",
    summary: "Resume a paused function: its runs go on at once.",
    details: ["Events that came while it was paused stay skipped; they can be sent again."],
    examples: ["everstep resume shop-order"],
  },
  limits: {
    usage: "limits FUNCTION [flags]",
    summary: "Show the limits of a function, or change them while it runs.",
    details: [
      "What is set here is in force at once and lies over the code, through syncs and restarts, until it is set again.",
      "Limits: concurrency, throttle (limit, period, burst, key), rateLimit (limit, period, key), debounce (period, timeout, key), retries.",
    ],
    examples: [
      "everstep limits shop-order",
      "everstep limits shop-order --set concurrency=5 --set throttle.limit=10",
      "everstep limits shop-order --set rateLimit=off",
      "everstep limits shop-order --set concurrency=code",
    ],
  },
  keys: {
    usage: "keys new [flags]",
    summary: "Make a new signing key and a new event key for everstep start.",
    details: ["Prints environment variables. Nothing is stored."],
    examples: ["everstep keys new > everstep.env"],
  },
  version: {
    usage: "version",
    summary: "Print the versions of everstep and Node.js.",
    details: [],
    examples: [],
  },
  help: {
    usage: "help [COMMAND]",
    summary: "Show this overview, or all flags of a command.",
    details: [],
    examples: [],
  },
};
