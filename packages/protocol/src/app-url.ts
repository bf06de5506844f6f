// The one spelling of an app's URL (protocol.md 1.3), so that the same app is not synced twice under two names.

const ONE_SYNC_PARAMS = ["deployId", "probe"];
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "0.0.0.0"]);
const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "ws:", "wss:"]);

/** The URL when it is absolute and of a scheme that apps can have; undefined otherwise. */
export function parseAppUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  return url !== null && SCHEMES.has(url.protocol) ? url : undefined;
}

/**
 * Drops parameters of one sync (`deployId`, `probe`), sorts the others, names loopback addresses with a port `localhost`
 * and leaves out default ports.
 * @throws TypeError when it is not an absolute http, https, ws or wss URL.
 */
export function normalizeAppUrl(text: string): string {
  const url = parseAppUrl(text);
  if (url === undefined) {
    throw new TypeError(
      `"${text}" is not the URL of an app: it must be like http://localhost:3000/api/inngest`,
    );
  }
  for (const name of ONE_SYNC_PARAMS) url.searchParams.delete(name);
  url.searchParams.sort();
  if (url.port !== "" && LOOPBACK_HOSTS.has(url.hostname)) url.hostname = "localhost";
  return url.href;
}
