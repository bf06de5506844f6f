// A real disk of a few megabytes: a tmpfs, which only root may mount, and not in every container.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class SmallDisk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Resolves to undefined where nothing may be mounted. */
  static mount(sizeKib: number): SmallDisk | undefined {
    const path = mkdtempSync(join(tmpdir(), "everstep-disk-"));
    try {
      const options = ["-t", "tmpfs", "-o", `size=${sizeKib}k,mode=0700`, "tmpfs", path];
      execFileSync("mount", options, { stdio: "ignore" });
      return new SmallDisk(path);
    } catch {
      rmSync(path, { recursive: true });
      return undefined;
    }
  }

  /** Adds room while programs go on using it. */
  resize(sizeKib: number): void {
    execFileSync("mount", ["-o", `remount,size=${sizeKib}k`, this.path]);
  }

  unmount(): void {
    execFileSync("umount", [this.path]);
    rmSync(this.path, { recursive: true });
  }
}
