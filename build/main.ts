// `npm run pack`: the tarballs of everything that npm gets, in dist/packages. `npm publish FILE` releases one of them.
import { mkdirSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { packPackage, PUBLISHED, type PublishedName } from "./pack-package.ts";
import { ROOT } from "./published-package.ts";

const destination = join(ROOT, "dist/packages");
rmSync(destination, { recursive: true, force: true });
mkdirSync(destination, { recursive: true });
for (const name of Object.keys(PUBLISHED) as PublishedName[]) {
  const { tarball } = await packPackage(name, destination);
  const kilobytes = Math.round(statSync(tarball).size / 1000);
  process.stdout.write(`${relative(ROOT, tarball)}  ${kilobytes} kB\n`);
}
