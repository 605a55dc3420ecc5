import { access, readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { StatusCode, TritonError } from "@nereid/protocol";
import { systemReason } from "../base/system-reason.ts";
import type { ModelFiles } from "../config/model-files.ts";

/** The files of a model directory on the local disk. */
export class LocalModelFiles implements ModelFiles {
  readonly directory: string;

  /** @param directory absolute path of the model directory */
  constructor(directory: string) {
    this.directory = directory;
  }

  async exists(path: string): Promise<boolean> {
    try {
      await access(join(this.directory, path));
      return true;
    } catch {
      // Not visible is all that matters.
      return false;
    }
  }

  async isDirectory(path: string): Promise<boolean> {
    try {
      return (await stat(join(this.directory, path))).isDirectory();
    } catch {
      // What does not exist is no directory.
      return false;
    }
  }

  async list(path: string): Promise<readonly string[]> {
    return (await readdir(join(this.directory, path))).sort();
  }

  async read(path: string): Promise<Uint8Array> {
    const fullPath = join(this.directory, path);
    try {
      return await readFile(fullPath);
    } catch (error) {
      throw new TritonError(
        StatusCode.Internal,
        `failed to open text file for read ${fullPath}: ${systemReason(error)}`,
        { cause: error },
      );
    }
  }

  async isInside(path: string): Promise<boolean> {
    const root = await realpath(this.directory);
    const target = await realExistingPath(resolve(join(root, path)));
    return target === root || target.startsWith(root + sep);
  }
}

/** The path with the links of its existing part followed. */
async function realExistingPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    // The last part does not exist: resolve the part that does.
    const parent = dirname(path);
    return parent === path ? path : join(await realExistingPath(parent), path.slice(parent.length));
  }
}
