// SDK names and versions as headers and sync bodies give them: `js:v4.24.0`, `inngest-js:v4.24.0`, `py:v0.5.1`.

/** A parsed SDK name. */
export interface SdkVersion {
  /** `js`, `py`, `go`, …: the name without a leading `inngest-`. */
  readonly language: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** Reads `[inngest-]<language>:v<major>.<minor>.<patch>[…]`; undefined when it has another form. */
export function parseSdkVersion(text: string): SdkVersion | undefined {
  const match = /^(?:inngest-)?([\w-]+):v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?/.exec(text.trim());
  if (match === null) return undefined;
  const [, language = "", major, minor, patch] = match;
  return {
    language,
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch ?? 0),
  };
}

/** JS releases with a known vulnerability, which must not be synced (protocol.md 1.3). */
export function isDeniedSdkVersion(version: SdkVersion): boolean {
  if (version.language !== "js" || version.major !== 3) return false;
  const { minor, patch } = version;
  return minor >= 22 && (minor < 53 || (minor === 53 && patch <= 1));
}

/** Old JS releases answered a 4xx for what must not be retried, without a header that says so (protocol.md 3.1). */
export function treatsClientErrorsAsFinal(version: SdkVersion): boolean {
  if (version.language !== "js") return false;
  const { major, minor, patch } = version;
  if (major === 2) return minor < 4 || (minor === 4 && patch < 1);
  return major === 0 || (major === 1 && (minor < 10 || (minor === 10 && patch < 1)));
}
