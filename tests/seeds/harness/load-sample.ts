// Runs a sample as a module: its text with the types blanked out and nothing else changed, its imports answered by the harness,
// every name that it uses and nobody declares taken from a scope. Top-level `await` works as in a module.
import { stripTypeScriptTypes } from "node:module";
import { compileFunction } from "node:vm";
import { parseSync, Visitor, type BindingPattern, type Program } from "oxc-parser";

export interface SampleSurroundings {
  /** What `import … from "specifier"` gives. @throws Error for a module that the harness does not know. */
  readonly importModule: (specifier: string) => Record<string, unknown>;
  /** What a name means that the sample does not declare. */
  readonly find: (name: string) => unknown;
}

export type SampleExports = Readonly<Record<string, unknown>>;

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export async function runSample(
  source: { readonly id: string; readonly text: string },
  surroundings: SampleSurroundings,
): Promise<SampleExports> {
  const exported: Record<string, unknown> = {};
  const { body, names } = toFunction(source.text);
  const run = compileFunction(body, ["importModule", "exported", ...names], {
    filename: source.id,
  }) as (...args: unknown[]) => Promise<void>;
  await run(surroundings.importModule, exported, ...names.map((name) => surroundings.find(name)));
  return exported;
}

/** The sample as the body of a function whose parameters are the names that no language global has. */
function toFunction(text: string): { body: string; names: string[] } {
  const code = stripTypeScriptTypes(text);
  const { program, errors } = parseSync("sample.js", code);
  if (errors[0] !== undefined) throw new SyntaxError(errors[0].message);
  const { edits, names } = moduleParts(program);
  let body = code;
  for (const { start, end, text: replacement } of edits.toReversed()) {
    body = body.slice(0, start) + replacement + body.slice(end);
  }
  // What the sample declares itself hides the parameter of that name: an inner function has a scope of its own.
  return {
    body: `return (async () => { "use strict"; ${body}\nObject.assign(exported, { ${names.join(", ")} }); })();`,
    names: mentionedNames(program),
  };
}

function mentionedNames(program: Program): string[] {
  const names = new Set<string>();
  new Visitor({ Identifier: ({ name }) => void names.add(name) }).visit(program);
  return [...names].filter(
    (name) => name === "console" || !(name in globalThis || name === "arguments"),
  );
}

/** Where imports and the word `export` stand, and which names are exported. */
function moduleParts(program: Program): { edits: Edit[]; names: string[] } {
  const edits: Edit[] = [];
  const names: string[] = [];
  for (const statement of program.body) {
    if (statement.type === "ImportDeclaration") {
      const bindings = statement.specifiers.map((specifier) => {
        if (specifier.type === "ImportDefaultSpecifier") return `default: ${specifier.local.name}`;
        if (specifier.type === "ImportSpecifier" && specifier.imported.type === "Identifier") {
          return `${specifier.imported.name}: ${specifier.local.name}`;
        }
        throw new Error(`import of ${statement.source.value}: this form is not used by the seeds`);
      });
      const request = JSON.stringify(statement.source.value);
      const text = `const { ${bindings.join(", ")} } = importModule(${request});`;
      edits.push({ start: statement.start, end: statement.end, text });
    } else if (statement.type === "ExportNamedDeclaration" && statement.declaration !== null) {
      const { declaration } = statement;
      edits.push({ start: statement.start, end: declaration.start, text: "" });
      if (declaration.type === "VariableDeclaration") {
        names.push(...declaration.declarations.flatMap(({ id }) => boundNames(id)));
      } else if (declaration.type === "FunctionDeclaration" && declaration.id !== null) {
        names.push(declaration.id.name);
      }
    }
  }
  return { edits, names };
}

function boundNames(pattern: BindingPattern): string[] {
  if (pattern.type === "Identifier") return [pattern.name];
  if (pattern.type !== "ObjectPattern") return [];
  return pattern.properties.flatMap((property) =>
    property.type === "Property" ? boundNames(property.value) : [],
  );
}
