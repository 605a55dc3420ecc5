import { nameOf } from "./areas.ts";
import { lineCounter } from "./scan-source.ts";
import type { SourceTree, Violation } from "./source-tree.ts";

const TEXT_NAME =
  /\.(?:c|cjs|css|html|js|json|jsonc|jsonl|md|mjs|pbtxt|proto|py|sh|toml|ts|txt|yaml|yml)$|^[^.]+$|^\.\w+(?:rc|config|ignore|attributes)$/;

/** Folders that exist on somebody's machine only. A host or another folder in front makes it something else. */
const MACHINE_PATH = /(?<![\w.:/~-])\/(?:home|root|Users|work)\/[\w.-]+/g;

/** Checks that nothing points at the machine on which it was written: sources, documents and recordings. */
export function* checkMachinePaths(tree: SourceTree): Generator<Violation> {
  for (const path of tree.files.filter((file) => TEXT_NAME.test(nameOf(file)))) {
    const text = tree.read(path);
    const lineAt = lineCounter(text);
    for (const match of text.matchAll(MACHINE_PATH)) {
      yield { path, line: lineAt(match.index), message: `${match[0]} is a path of one machine` };
    }
  }
}
