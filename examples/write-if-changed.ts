import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Writes a file, and its folders, unless it has these bytes already. Whoever reads it meanwhile sees the old or the new one.
 *
 * @returns whether it was written
 */
export function writeIfChanged(path: string, bytes: Uint8Array): boolean {
  try {
    if (readFileSync(path).equals(bytes)) {
      return false;
    }
  } catch {
    // Not there yet; any other reason meets the write below, which says it.
  }
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, bytes);
  renameSync(partial, path);
  return true;
}
