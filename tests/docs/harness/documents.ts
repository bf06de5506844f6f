// Reads the user documentation: which pages there are, and their code fences with the lines they stand on. The text of a fence is
// never changed here. Decision records are not documentation for users.
import { filesMatching, readLines } from "../../tidy/repository.ts";

export interface Fence {
  /** `docs/steps.md:12`, the line of the opening fence. */
  readonly id: string;
  readonly file: string;
  readonly language: string;
  /** Line of the first line of the text, from 1. */
  readonly firstLine: number;
  readonly text: string;
}

const OPENING = /^```(\w+)/;

/** Paths from the repository's root. */
export function listPages(): readonly string[] {
  return filesMatching(/^(README\.md|docs\/.*\.md|packages\/[^/]+\/README\.md)$/).filter(
    (file) => !file.startsWith("docs/decisions/"),
  );
}

/** Every fence with a language. @throws Error when one is not closed. */
export function readFences(file: string): readonly Fence[] {
  const fences: Fence[] = [];
  const lines = readLines(file);
  let open: { readonly index: number; readonly language: string } | undefined;
  for (const [index, line] of lines.entries()) {
    if (open === undefined) {
      const language = OPENING.exec(line)?.[1];
      if (language !== undefined) open = { index, language };
    } else if (line === "```") {
      fences.push({
        id: `${file}:${open.index + 1}`,
        file,
        language: open.language,
        firstLine: open.index + 2,
        text: lines.slice(open.index + 1, index).join("\n"),
      });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.index + 1}: the fence is not closed`);
  return fences;
}

/**
 * The fence that begins with a comment naming a file, such as `// app.ts`.
 * @throws Error when the page has none.
 */
export function getNamedFence(page: string, name: string): Fence {
  const found = readFences(page).find((fence) => nameOf(fence) === name);
  if (found === undefined) throw new Error(`${page} has no fence that begins with "// ${name}"`);
  return found;
}

/** The file that a fence shows; undefined for one that shows a part of a file. */
export function nameOf(fence: Fence): string | undefined {
  return /^\/\/ ([\w./[\]-]+\.tsx?)(?=$|[:,.\s])/.exec(fence.text)?.[1];
}
