// Decompresses an answer, within its size bound. Loaded only when an app compresses.
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { TransportError } from "./ports.ts";

/** @param bytesMax Bound on the decompressed size. @throws TransportError */
export function decodeBody(body: Buffer, encoding: string, bytesMax: number): string {
  try {
    return decoded(body, encoding, bytesMax).toString("utf8");
  } catch (error) {
    if (error instanceof TransportError) throw error;
    const isTooLarge = (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE";
    if (isTooLarge) {
      throw new TransportError(
        "output_too_large",
        `the answer is larger than ${bytesMax} bytes`,
        error,
      );
    }
    throw new TransportError(
      "connection_lost",
      `the answer's ${encoding} encoding is broken`,
      error,
    );
  }
}

function decoded(body: Buffer, encoding: string, bytesMax: number): Buffer {
  const options = { maxOutputLength: bytesMax };
  switch (encoding.toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return gunzipSync(body, options);
    case "br":
      return brotliDecompressSync(body, options);
    case "deflate":
      return inflateSync(body, options);
    default:
      throw new TransportError(
        "connection_lost",
        `the answer has the unknown encoding "${encoding}"`,
      );
  }
}
