import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listFiles } from "../list-files.ts";
import { type ScannedSource, scanSource } from "./scan-source.ts";

/** What the rules look at: the tree's files, by paths relative to its root. Reading and scanning are done once a file. */
export interface SourceTree {
  /** Sorted, with `/`. */
  readonly files: readonly string[];
  has(path: string): boolean;
  /** The file's text. Asked only for files that the tree has. */
  read(path: string): string;
  /** The file's text, taken apart: for TypeScript and JavaScript. */
  scan(path: string): ScannedSource;
}

/** One broken rule. */
export interface Violation {
  readonly path: string;
  /** From 1; 0 if the file as a whole is meant. */
  readonly line: number;
  readonly message: string;
}

/** Looks at the whole tree and says what is wrong with it. */
export type Rule = (tree: SourceTree) => Iterable<Violation>;

/** The tree on the disk under `root`. */
export function treeOnDisk(root: string): SourceTree {
  return treeOf(listFiles(root), (path) => readFileSync(join(root, path), "utf8"));
}

/** A tree that exists only in memory: for tests of rules. */
export function treeInMemory(files: Readonly<Record<string, string>>): SourceTree {
  return treeOf(Object.keys(files).sort(), (path) => files[path] ?? "");
}

function treeOf(files: readonly string[], load: (path: string) => string): SourceTree {
  const known = new Set(files);
  const texts = new Map<string, string>();
  const scans = new Map<string, ScannedSource>();
  const read = (path: string): string => {
    let text = texts.get(path);
    if (text === undefined) {
      text = load(path);
      texts.set(path, text);
    }
    return text;
  };
  return {
    files,
    has: (path) => known.has(path),
    read,
    scan(path) {
      let scan = scans.get(path);
      if (scan === undefined) {
        scan = scanSource(read(path));
        scans.set(path, scan);
      }
      return scan;
    },
  };
}
