// What a person reads when a server is up: where it is, what happens to the data, and what to do next.
import { relative } from "node:path";
import type { OpenServer } from "./open-server.ts";
import type { ServeSettings } from "./serve-settings.ts";

/** The official SDKs look for a development server here when they are told no URL. */
const PORT_OF_SDKS = 8288;
const LABEL_COLUMNS = 12;

export interface BannerFacts {
  readonly server: Pick<OpenServer, "url" | "port" | "dataPath">;
  readonly settings: ServeSettings;
  readonly version: string;
  readonly startedInMs: number;
  readonly cwd: string;
  readonly configPath: string | undefined;
  /** How the reader calls the command: whoever came by npx has no `everstep` on the path. */
  readonly command: "everstep" | "npx everstep";
}

export function bannerText(facts: BannerFacts): string {
  const { server, settings } = facts;
  const mode = settings.serverKind === "dev" ? "dev" : "start";
  const rows: readonly (readonly [string, string])[] = [
    ["Server", `${server.url}${addressNote(settings)}`],
    ["Dashboard", dashboardNote(facts)],
    ["Data", dataNote(facts)],
    ["Apps", appsNote(settings)],
    ["In your app", environmentNote(facts)],
    ["Send", sendNote(facts)],
    ["Look", `${facts.command} runs${urlFlag(facts)}   ${facts.command} run ID${urlFlag(facts)}`],
    ...(facts.configPath === undefined
      ? []
      : [["Settings", shortPath(facts.configPath, facts.cwd)] as const]),
    ["Stop", "Ctrl-C"],
  ];
  const lines = rows.map(([label, text]) => `  ${label.padEnd(LABEL_COLUMNS)}${text}`);
  const moved =
    settings.port !== 0 && server.port !== settings.port
      ? `\n  Port ${settings.port} is in use, so this server took ${server.port}.\n`
      : "";
  return `\n  everstep ${mode} ${facts.version}, ready in ${facts.startedInMs} ms\n${moved}\n${lines.join("\n")}\n\n`;
}

function addressNote(settings: ServeSettings): string {
  if (settings.serverKind === "cloud") {
    return settings.host === "127.0.0.1" ? "" : `  (listening on ${settings.host})`;
  }
  return settings.host === "127.0.0.1" || settings.host === "localhost"
    ? "  (this machine only)"
    : `  (listening on ${settings.host} WITHOUT KEYS: whoever reaches it can run everything)`;
}

function dashboardNote({ server, settings }: BannerFacts): string {
  const key = settings.serverKind === "cloud" ? "  (it asks for the signing key)" : "";
  return `open ${server.url} in a browser${key}`;
}

function dataNote({ server, settings, cwd }: BannerFacts): string {
  if (server.dataPath === undefined) {
    return "in memory: runs are lost when this stops (keep them with --persist)";
  }
  const next = settings.serverKind === "dev" ? "everstep dev --persist" : "everstep start";
  return `${shortPath(server.dataPath, cwd)}: durable, ${next} goes on from it`;
}

function appsNote(settings: ServeSettings): string {
  const known = settings.sdkUrls.join(" ");
  if (settings.discovers) {
    const also = known === "" ? "" : `${known} and `;
    return `${also}looking on the usual local ports; name one with -u http://localhost:3000/api/inngest`;
  }
  return known === ""
    ? "none named; add one with -u URL, or let it register itself (PUT to its serve URL)"
    : known;
}

function environmentNote({ server, settings }: BannerFacts): string {
  if (settings.serverKind === "cloud") {
    return `INNGEST_BASE_URL=${server.url} INNGEST_SIGNING_KEY=… INNGEST_EVENT_KEY=…`;
  }
  return server.port === PORT_OF_SDKS ? "INNGEST_DEV=1" : `INNGEST_DEV=${server.url}`;
}

function sendNote(facts: BannerFacts): string {
  const key = facts.settings.serverKind === "cloud" ? " --event-key …" : "";
  return `${facts.command} send test/hello --data '{"name":"Ada"}'${key}${urlFlag(facts)}`;
}

/** The operator's commands look at port 8288 unless told. */
function urlFlag({ server }: BannerFacts): string {
  return server.port === PORT_OF_SDKS ? "" : ` --url ${server.url}`;
}

function shortPath(path: string, cwd: string): string {
  const fromHere = relative(cwd, path);
  return fromHere.startsWith("..") ? path : fromHere;
}
