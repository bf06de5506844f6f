// The licences of what is bundled into a package. The bundler says which files went in, so that none is forgotten and none
// is named that is not there; their packages say the rest.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The part of a Rolldown plugin that is used. */
interface LicencePlugin {
  readonly name: string;
  generateBundle(options: unknown, bundle: Readonly<Record<string, OutputPart>>): void;
}

interface OutputPart {
  readonly moduleIds?: readonly string[];
}

export interface BundledLicences {
  readonly plugin: LicencePlugin;
  /** Name, version and licence of each package that went in, by name. Complete when the build is done. */
  readonly text: () => string;
}

const PACKAGE_FOLDER = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

export function createBundledLicences(): BundledLicences {
  const folders = new Set<string>();
  return {
    plugin: {
      name: "bundled-licences",
      generateBundle(_options, bundle) {
        for (const id of Object.values(bundle).flatMap((part) => part.moduleIds ?? [])) {
          const [folder] = PACKAGE_FOLDER.exec(id) ?? [];
          // Links of the workspace are resolved, so what is left under node_modules is not ours.
          if (folder !== undefined) folders.add(folder);
        }
      },
    },
    text: () => [...folders].map(licenceOf).toSorted().join("\n\n"),
  };
}

function licenceOf(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly name: string;
    readonly version: string;
  };
  const file = existsSync(folder)
    ? readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
    : undefined;
  if (file === undefined) {
    throw new Error(`${name} ${version} in ${folder} has no licence file, so it cannot be bundled`);
  }
  const licence = readFileSync(join(folder, file), "utf8").trim();
  return `${name} ${version} is part of this package, under this licence:\n\n${licence}\n`;
}
