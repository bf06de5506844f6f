// How much an app carries of one entry: bundled with everything that it imports, minified and gzipped.
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

export interface BundleSize {
  readonly minifiedBytes: number;
  readonly gzippedBytes: number;
  /** What is left outside: modules of the runtime. */
  readonly imports: readonly string[];
}

const GZIP_LEVEL_MAX = 9;

/** @param file Absolute path of a built entry. */
export async function measureBundle(file: string): Promise<BundleSize> {
  const bundle = await rolldown({ input: file, platform: "neutral", external: /^node:/ });
  const { output } = await bundle.generate({ format: "esm", minify: true, codeSplitting: false });
  await bundle.close();
  const [{ code, imports }] = output;
  return {
    minifiedBytes: Buffer.byteLength(code),
    gzippedBytes: gzipSync(code, { level: GZIP_LEVEL_MAX }).byteLength,
    imports,
  };
}
