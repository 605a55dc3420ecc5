import { constants, type Dirent } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { StatusCode, TritonError } from "@nereid/protocol";
import type { ModelFingerprint } from "./fingerprint.ts";
import type { LocalModel, ModelStore } from "./model-store.ts";

const CONFIG_FILE = "config.pbtxt";
const CONFIGS_DIRECTORY = "configs";

/** Directories below a model directory that a fingerprint follows; deeper ones, and cycles of links, are cut off. */
const DEPTH_MAX = 32;

/** A model repository in a local directory. Symbolic links are followed. */
export class LocalStore implements ModelStore {
  readonly path: string;
  readonly #root: string;

  constructor(path: string) {
    this.path = path;
    this.#root = resolve(path);
  }

  async check(): Promise<void> {
    if (!(await exists(this.#root))) {
      throw new TritonError(StatusCode.Internal, `failed to stat file ${this.path}`);
    }
    if (!(await isDirectory(this.#root))) {
      throw new TritonError(StatusCode.InvalidArg, "repository path is not a valid directory");
    }
  }

  async listModels(): Promise<readonly string[]> {
    const entries = await readdir(this.#root, { withFileTypes: true });
    const names: string[] = [];
    for (const entry of entries) {
      if (await isDirectoryEntry(this.#root, entry)) {
        names.push(entry.name);
      }
    }
    return names.sort();
  }

  async hasModel(name: string): Promise<boolean> {
    return exists(join(this.#root, name));
  }

  async fingerprint(name: string, configName: string): Promise<ModelFingerprint> {
    const directory = join(this.#root, name);
    const modifiedNsByEntry = new Map<string, bigint>();
    modifiedNsByEntry.set("", (await stat(directory, { bigint: true })).mtimeNs);
    for (const entry of await readdir(directory)) {
      modifiedNsByEntry.set(entry, await newestBelow(join(directory, entry), 0));
    }
    const hasNamedConfig =
      configName !== "" &&
      (await exists(join(directory, CONFIGS_DIRECTORY, `${configName}.pbtxt`)));
    const configEntry = hasNamedConfig ? CONFIGS_DIRECTORY : CONFIG_FILE;
    return {
      modifiedNsByEntry,
      configEntry: modifiedNsByEntry.has(configEntry) ? configEntry : "",
    };
  }

  localise(name: string): Promise<LocalModel> {
    return Promise.resolve({
      directory: join(this.#root, name),
      release: () => Promise.resolve(),
    });
  }
}

/** The newest modification time at or below a path; 0 for what cannot be read, so that it never looks modified. */
async function newestBelow(path: string, depth: number): Promise<bigint> {
  try {
    const stats = await stat(path, { bigint: true });
    let newestNs = stats.mtimeNs;
    if (stats.isDirectory() && depth < DEPTH_MAX) {
      for (const child of await readdir(path)) {
        const childNs = await newestBelow(join(path, child), depth + 1);
        if (childNs > newestNs) {
          newestNs = childNs;
        }
      }
    }
    return newestNs;
  } catch {
    // A file that vanished meanwhile or a dangling link: the safe answer is "not modified".
    return 0n;
  }
}

async function isDirectoryEntry(root: string, entry: Dirent): Promise<boolean> {
  return (
    entry.isDirectory() || (entry.isSymbolicLink() && (await isDirectory(join(root, entry.name))))
  );
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Missing or not readable: not a directory that can be served.
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path, constants.F_OK);
    return true;
  } catch {
    // The only question is whether it can be seen.
    return false;
  }
}
