// Takes in a request body under a cap, whatever the sender claims about it: the cap holds for the bytes on the wire and for
// the bytes that they unpack to. A body that is too large is read on for a while, so that its sender gets to see the 413.
import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, zstdDecompress } from "node:zlib";
import { EverstepError } from "@everstep/protocol";
import { describeJsonError } from "./json-position.ts";
import { UnsupportedMediaError } from "./unsupported-media-error.ts";

type Unpack = (packed: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const UNPACKERS: ReadonlyMap<string, Unpack> = new Map<string, Unpack>([
  ["gzip", promisify(gunzip)],
  ["x-gzip", promisify(gunzip)],
  ["deflate", promisify(inflate)],
  ["br", promisify(brotliDecompress)],
  ["zstd", promisify(zstdDecompress)],
]);

/** How much of a body that is already refused is still read and thrown away, as a multiple of its cap. */
const DISCARD_FACTOR = 4;

/**
 * The body's text.
 * @param bytesMax Cap on the bytes, before and after unpacking.
 * @throws EverstepError `payload_too_large`; `body_invalid` when it cannot be unpacked, is no UTF-8 or breaks off.
 * @throws UnsupportedMediaError for a content encoding that is not known.
 */
export async function readText(incoming: IncomingMessage, bytesMax: number): Promise<string> {
  const unpack = findUnpacker(incoming);
  const raw = await readBytes(incoming, bytesMax);
  const bytes = unpack === undefined ? raw : await unpackBytes(raw, unpack, bytesMax);
  if (!isUtf8(bytes)) {
    throw new EverstepError("body_invalid", "The request body is not UTF-8: send it in UTF-8.");
  }
  return bytes.toString();
}

function parseJson(text: string): unknown {
  if (text.trim() === "") {
    throw new EverstepError("body_invalid", "The request body is empty: send a JSON object.");
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const where = describeJsonError(text, error as Error);
    throw new EverstepError("body_invalid", `The request body is not JSON: ${where}.`, {
      cause: error,
    });
  }
}

/**
 * The body's JSON object.
 * @throws as readText; EverstepError `body_invalid`, naming the position when it is no JSON.
 */
export async function readObject(
  incoming: IncomingMessage,
  bytesMax: number,
): Promise<Record<string, unknown>> {
  return parseObject(await readText(incoming, bytesMax));
}

/** A JSON object from text. @throws EverstepError `body_invalid`, naming the position when it is no JSON. */
export function parseObject(text: string): Record<string, unknown> {
  const value = parseJson(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  const kind = Array.isArray(value) ? "an array" : JSON.stringify(value).slice(0, 40);
  throw new EverstepError("body_invalid", `The request body is ${kind}: send a JSON object.`);
}

function readBytes(incoming: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const refuse = (): void => reject(tooLarge(bytesMax));
    if (Number(incoming.headers["content-length"] ?? 0) > bytesMax * DISCARD_FACTOR) {
      refuse();
      return;
    }
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      if (bytes > bytesMax * DISCARD_FACTOR) refuse();
    });
    incoming.on("end", () => {
      if (bytes > bytesMax) refuse();
      else
        resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    // An aborted request emits "close" without "end"; nobody reads the answer, but the promise must settle. Every request
    // comes by here, so the error (its stack is costly) is made only when it is needed.
    incoming.on("close", () => {
      if (!incoming.complete) reject(brokenOff());
    });
    incoming.on("error", () => reject(brokenOff()));
  });
}

function findUnpacker(incoming: IncomingMessage): Unpack | undefined {
  const encoding = incoming.headers["content-encoding"]?.trim().toLowerCase() ?? "";
  if (encoding === "" || encoding === "identity") return undefined;
  const unpack = UNPACKERS.get(encoding);
  if (unpack !== undefined) return unpack;
  throw new UnsupportedMediaError(
    `The content encoding "${encoding.slice(0, 40)}" is not known: send the body plain, or as gzip, deflate, br or zstd.`,
  );
}

async function unpackBytes(packed: Buffer, unpack: Unpack, bytesMax: number): Promise<Buffer> {
  try {
    return await unpack(packed, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(bytesMax);
    throw new EverstepError(
      "body_invalid",
      `The request body does not unpack (${(error as Error).message}): compress it again, or send it plain.`,
      { cause: error },
    );
  }
}

function brokenOff(): EverstepError {
  return new EverstepError("body_invalid", "The connection closed before the body was complete.");
}

function tooLarge(bytesMax: number): EverstepError {
  return new EverstepError(
    "payload_too_large",
    `The request body is larger than ${bytesMax} bytes: split it into several requests.`,
  );
}
