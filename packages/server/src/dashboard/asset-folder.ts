// The built dashboard: its files, read once when the first of them is asked for, and their packed forms. They are built
// into this package (packages/dashboard/vite.config.ts); where they are is said by `imports` in package.json, which is
// another one in the published command.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, extname, join, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

export interface Asset {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly contentType: string;
  readonly etag: string;
  /** Packed with brotli; made once, when a browser asks for it. Undefined for what does not shrink. */
  readonly packed: () => Promise<Buffer<ArrayBuffer>> | undefined;
}
/** By path below the folder, with "/" between its parts. */
export type Assets = ReadonlyMap<string, Asset>;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Quick to make and nearly as small as the highest. */
const BROTLI_QUALITY = 9;
/** Below this, packing saves no packet. */
const PACK_FROM_BYTES = 1_000;

const compress = promisify(brotliCompress);

/** Returns a function that reads the folder at its first call; its answer is undefined when nothing was built. */
export function createAssetFolder(folder?: string): () => Assets | undefined {
  let assets: Assets | undefined;
  return () => (assets ??= readAssets(folder));
}

function builtFolder(): string {
  return dirname(createRequire(import.meta.url).resolve("#dashboard/index.html"));
}

function readAssets(given: string | undefined): Assets | undefined {
  let names: string[];
  let folder: string;
  try {
    folder = given ?? builtFolder();
    names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    return undefined;
  }
  const assets = new Map<string, Asset>();
  for (const name of names) {
    const contentType = CONTENT_TYPES[extname(name)];
    const path = join(folder, name);
    if (contentType === undefined || !statSync(path).isFile()) continue;
    assets.set(name.split(sep).join("/"), toAsset(readFileSync(path), contentType));
  }
  return assets.has("index.html") ? assets : undefined;
}

function toAsset(bytes: Buffer<ArrayBuffer>, contentType: string): Asset {
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
  let packing: Promise<Buffer<ArrayBuffer>> | undefined;
  const packed = (): Promise<Buffer<ArrayBuffer>> | undefined => {
    if (bytes.length < PACK_FROM_BYTES) return undefined;
    const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
    return (packing ??= compress(bytes, { params }));
  };
  return { bytes, contentType, etag, packed };
}
