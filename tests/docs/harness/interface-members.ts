// The names of an interface's members, read from its source, so that a page can be held to name all of them.
import { parseSync } from "oxc-parser";
import { readText } from "../../tidy/repository.ts";

/** @throws Error when the file declares no such interface. */
export function membersOf(file: string, interfaceName: string): readonly string[] {
  for (const statement of parseSync(file, readText(file)).program.body) {
    const declared =
      statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declared?.type !== "TSInterfaceDeclaration" || declared.id.name !== interfaceName) continue;
    return declared.body.body.flatMap((member) => {
      const isNamed = member.type === "TSPropertySignature" || member.type === "TSMethodSignature";
      return isNamed && member.key.type === "Identifier" ? [member.key.name] : [];
    });
  }
  throw new Error(`${file} declares no interface ${interfaceName}`);
}
