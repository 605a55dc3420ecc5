import { StatusCode, TritonError } from "@nereid/protocol";
import type { ModelFiles } from "../model-files.ts";

/** A model directory in memory. Directories exist where a file is below them, or a path ends in "/". */
export class MemoryModelFiles implements ModelFiles {
  readonly directory = "/models/m";
  readonly #contents: ReadonlyMap<string, string>;
  readonly #entries: ReadonlyMap<string, ReadonlySet<string>>;

  /** @param files contents by relative path; an empty directory is a path that ends in "/" */
  constructor(files: Readonly<Record<string, string>>) {
    const contents = new Map<string, string>();
    const entries = new Map<string, Set<string>>([["", new Set()]]);
    for (const [path, content] of Object.entries(files)) {
      let parent = "";
      for (const name of path.split("/").filter((part) => part !== "")) {
        const child = parent === "" ? name : `${parent}/${name}`;
        entries.set(parent, (entries.get(parent) ?? new Set()).add(name));
        parent = child;
      }
      if (path.endsWith("/")) {
        entries.set(parent, entries.get(parent) ?? new Set());
      } else {
        contents.set(parent, content);
      }
    }
    this.#contents = contents;
    this.#entries = entries;
  }

  exists(path: string): Promise<boolean> {
    return Promise.resolve(this.#contents.has(path) || this.#entries.has(path));
  }

  isDirectory(path: string): Promise<boolean> {
    return Promise.resolve(this.#entries.has(path));
  }

  list(path: string): Promise<readonly string[]> {
    return Promise.resolve([...(this.#entries.get(path) ?? [])].sort());
  }

  read(path: string): Promise<Uint8Array> {
    const content = this.#contents.get(path);
    if (content === undefined) {
      const message = `failed to open text file for read ${this.directory}/${path}: No such file or directory`;
      return Promise.reject(new TritonError(StatusCode.Internal, message));
    }
    return Promise.resolve(new TextEncoder().encode(content));
  }

  isInside(path: string): Promise<boolean> {
    let depth = 0;
    for (const part of path.split("/")) {
      depth += part === ".." ? -1 : part === "" || part === "." ? 0 : 1;
      if (depth < 0) {
        return Promise.resolve(false);
      }
    }
    return Promise.resolve(true);
  }
}
