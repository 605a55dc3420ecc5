import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Folders that hold nothing of ours: installed, built, or written by a run. */
const SKIPPED = new Set(["node_modules", "dist", ".git", ".cache", "examples/output"]);

/**
 * The files of the source tree as sorted paths relative to `root`, with `/` on every system.
 *
 * The file system is asked, not git: a file that is about to be added counts, and an export without `.git` works.
 */
export function listFiles(root: string, under = ""): string[] {
  const files: string[] = [];
  const pending = [under];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (SKIPPED.has(entry.name) || SKIPPED.has(path)) {
        continue;
      }
      if (entry.isDirectory()) {
        pending.push(path);
      } else if (entry.isFile()) {
        files.push(path);
      }
    }
  }
  return files.sort();
}
