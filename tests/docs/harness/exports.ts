// What a source file exports, followed through re-exports to the declarations, and whether a docstring stands above each. Read
// with a parser and not with a compiler: it has to know names and comments only.
import path from "node:path";
import { parseSync, type Comment } from "oxc-parser";
import { readText } from "../../tidy/repository.ts";

export interface ExportedName {
  readonly name: string;
  /** File and line of the declaration. */
  readonly where: string;
  readonly hasDocstring: boolean;
}

interface ParsedFile {
  readonly file: string;
  readonly source: string;
  readonly comments: readonly Comment[];
  readonly module: ReturnType<typeof parseSync>["module"];
  /** Starts of the statements that declare each name of the top level. */
  readonly declarations: ReadonlyMap<string, readonly number[]>;
}

const parsedFiles = new Map<string, ParsedFile>();

/** Every export of a file, by the name it has there. @throws Error when a name leads nowhere. */
export function exportsOf(file: string): readonly ExportedName[] {
  const parsed = parse(file);
  return parsed.module.staticExports.flatMap(({ entries }) =>
    entries.flatMap((entry): readonly ExportedName[] => {
      const request = entry.moduleRequest?.value;
      const imported = entry.importName;
      const importKind: string = imported.kind;
      const name = entry.exportName.name ?? "default";
      if (request === undefined) {
        return [local(parsed, entry.localName.name ?? "default", name)];
      }
      const target = path.posix.join(path.posix.dirname(file), request);
      if (importKind === "AllButDefault") return exportsOf(target);
      if (importKind === "All") {
        return exportsOf(target).map((each) => ({ ...each, name: `${name}.${each.name}` }));
      }
      return [{ ...getExport(target, imported.name ?? "default"), name }];
    }),
  );
}

function getExport(file: string, name: string): ExportedName {
  const found = exportsOf(file).find((each) => each.name === name);
  if (found === undefined) throw new Error(`${file} exports no "${name}"`);
  return found;
}

/** A declaration of this file, or an import of it that is exported again. */
function local(parsed: ParsedFile, localName: string, name: string): ExportedName {
  const starts = parsed.declarations.get(localName);
  if (starts === undefined) {
    const found = parsed.module.staticImports
      .flatMap(({ entries, moduleRequest }) =>
        entries.map((entry) => ({ entry, request: moduleRequest.value })),
      )
      .find(({ entry }) => entry.localName.value === localName);
    if (found === undefined) throw new Error(`${parsed.file}: "${localName}" is not declared`);
    const target = path.posix.join(path.posix.dirname(parsed.file), found.request);
    return { ...getExport(target, found.entry.importName.name ?? "default"), name };
  }
  return {
    name,
    where: `${parsed.file}:${parsed.source.slice(0, starts[0]).split("\n").length}`,
    hasDocstring: starts.some((start) => isDocumented(parsed, start)),
  };
}

/** A docstring ends right above; only comments to the linter may stand between. */
function isDocumented({ source, comments }: ParsedFile, start: number): boolean {
  let end = start;
  for (const comment of comments.toReversed()) {
    if (comment.end > end) continue;
    if (source.slice(comment.end, end).trim() !== "") return false;
    if (comment.type === "Block" && comment.value.startsWith("*")) return true;
    end = comment.start;
  }
  return false;
}

function parse(file: string): ParsedFile {
  const known = parsedFiles.get(file);
  if (known !== undefined) return known;
  const source = readText(file);
  const { module, comments, program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const declarations = new Map<string, number[]>();
  for (const statement of program.body) {
    const inner =
      statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration"
        ? statement.declaration
        : statement;
    for (const name of namesOf(inner as DeclarationLike | null)) {
      declarations.set(name, [...(declarations.get(name) ?? []), statement.start]);
    }
  }
  const parsed: ParsedFile = { file, source, comments, module, declarations };
  parsedFiles.set(file, parsed);
  return parsed;
}

interface DeclarationLike {
  readonly id?: { readonly name?: string } | null;
  readonly declarations?: readonly { readonly id: { readonly name?: string } }[];
}

function namesOf(declaration: DeclarationLike | null): readonly string[] {
  if (declaration === null) return [];
  const several = declaration.declarations?.map(({ id }) => id.name) ?? [];
  return [declaration.id?.name, ...several].filter((name) => name !== undefined);
}
