// Reads the five seed documents and cuts out their code fences. A sample is named `<file>#<n>` (sdk.md 6.3): the n-th fence of
// the document, with the line numbers of its two fence lines. The text between them is never changed here.
import { readFileSync, readdirSync } from "node:fs";

export interface Sample {
  /** `000#06` */
  readonly id: string;
  /** First three digits of the document's file name. */
  readonly document: string;
  /** As written after the opening fence; "" when nothing is. */
  readonly language: string;
  /** Line of the opening and of the closing fence, from 1. */
  readonly lines: readonly [number, number];
  readonly text: string;
}

const DOCUMENTS = new URL("../documents/", import.meta.url);
const FENCE = /^```(\w*)\s*$/;

/** Numbers of the documents, in order. */
export function listDocuments(): readonly string[] {
  return documentFiles().map((file) => file.slice(0, 3));
}

/** Every fence of every document, in order. @throws Error when a fence is not closed. */
export function readSamples(): readonly Sample[] {
  return documentFiles().flatMap((file) =>
    extractSamples(file.slice(0, 3), readFileSync(new URL(file, DOCUMENTS), "utf8")),
  );
}

/** @throws Error when there is no such sample. */
export function getSample(id: string): Sample {
  const found = readSamples().find((sample) => sample.id === id);
  if (found === undefined) throw new Error(`id: there is no sample "${id}"`);
  return found;
}

export function extractSamples(document: string, text: string): readonly Sample[] {
  const lines = text.split("\n");
  const samples: Sample[] = [];
  let open: { readonly line: number; readonly language: string } | undefined;
  for (const [index, line] of lines.entries()) {
    const fence = FENCE.exec(line);
    if (fence === null) continue;
    if (open === undefined) {
      open = { line: index + 1, language: fence[1] ?? "" };
      continue;
    }
    samples.push({
      id: `${document}#${String(samples.length + 1).padStart(2, "0")}`,
      document,
      language: open.language,
      lines: [open.line, index + 1],
      text: lines.slice(open.line, index).join("\n"),
    });
    open = undefined;
  }
  if (open !== undefined) {
    throw new Error(`document ${document}: the fence of line ${open.line} is not closed`);
  }
  return samples;
}

function documentFiles(): readonly string[] {
  return readdirSync(DOCUMENTS)
    .filter((file) => file.endsWith(".txt"))
    .toSorted();
}
