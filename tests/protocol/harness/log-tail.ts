// Collects what a child process printed, for the message of a failing test; keeps the end only.
import type { Readable } from "node:stream";

const CHARS_KEPT = 200_000;

export class LogTail {
  #text = "";

  constructor(streams: readonly (Readable | null)[]) {
    for (const stream of streams) {
      stream?.setEncoding("utf8");
      stream?.on("data", (chunk: string) => {
        this.#text = (this.#text + chunk).slice(-CHARS_KEPT);
      });
    }
  }

  get text(): string {
    return this.#text;
  }

  last(lines: number): string {
    return this.#text.split("\n").slice(-lines).join("\n");
  }
}
