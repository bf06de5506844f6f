// How much an app carries of one entry: bundled with everything that it imports, minified and gzipped. What is imported only when
// it is needed lies in files of its own, and is not loaded with the entry.
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

export interface BundleSize {
  readonly minifiedBytes: number;
  readonly gzippedBytes: number;
  /** Of what is loaded later, if ever. */
  readonly lazyGzippedBytes: number;
  /** What is left outside: modules of the runtime. */
  readonly imports: readonly string[];
}

const GZIP_LEVEL_MAX = 9;

interface Chunk {
  readonly fileName: string;
  readonly code: string;
  readonly imports: readonly string[];
}

/** @param file Absolute path of a built entry. */
export async function measureBundle(file: string): Promise<BundleSize> {
  const bundle = await rolldown({ input: file, platform: "neutral", external: /^node:/ });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  const chunks = new Map<string, Chunk>();
  for (const each of output) if (each.type === "chunk") chunks.set(each.fileName, each);
  const loaded = collectLoaded(output[0].fileName, chunks);
  const lazy = [...chunks.values()].filter((chunk) => !loaded.has(chunk));
  const outside = [...loaded].flatMap(({ imports }) => imports).filter((name) => !chunks.has(name));
  return {
    minifiedBytes: sum(loaded, ({ code }) => Buffer.byteLength(code)),
    gzippedBytes: sum(loaded, gzippedBytesOf),
    lazyGzippedBytes: sum(lazy, gzippedBytesOf),
    imports: outside,
  };
}

/** The chunk and those that it imports at once. */
function collectLoaded(
  name: string,
  chunks: ReadonlyMap<string, Chunk>,
  found = new Set<Chunk>(),
): Set<Chunk> {
  const chunk = chunks.get(name);
  if (chunk === undefined || found.has(chunk)) return found;
  found.add(chunk);
  for (const imported of chunk.imports) collectLoaded(imported, chunks, found);
  return found;
}

function gzippedBytesOf({ code }: Chunk): number {
  return gzipSync(code, { level: GZIP_LEVEL_MAX }).byteLength;
}

function sum(chunks: Iterable<Chunk>, bytesOf: (chunk: Chunk) => number): number {
  let bytes = 0;
  for (const chunk of chunks) bytes += bytesOf(chunk);
  return bytes;
}
