import { folderOf, isGenerated, isSource, nameOf } from "./areas.ts";
import type { SourceTree, Violation } from "./source-tree.ts";

/** Names that say nothing of what is inside: whatever is called so grows without end. */
const EMPTY_NAMES = new Set([
  "common",
  "helper",
  "helpers",
  "manager",
  "misc",
  "processor",
  "shared",
  "stuff",
  "types",
  "util",
  "utils",
]);

const LINES_MAX = 500;

/** Checks the names and sizes of files, and that every test says what it tests by standing beside it. */
export function* checkNames(tree: SourceTree): Generator<Violation> {
  for (const path of tree.files) {
    if (isSource(path)) {
      yield* checkName(path);
      yield* checkTestSubject(tree, path);
    }
    if ((isSource(path) || path.endsWith(".py")) && !isGenerated(path)) {
      const lineCount = tree.read(path).split("\n").length - 1;
      if (lineCount > LINES_MAX) {
        yield {
          path,
          line: 0,
          message: `has ${lineCount} lines, ${LINES_MAX} at most: split it by concept`,
        };
      }
    }
  }
}

function* checkName(path: string): Generator<Violation> {
  const stem = nameOf(path).split(".", 1)[0] ?? "";
  const folders = folderOf(path).split("/");
  for (const word of [...folders, stem, stem.split("-").at(-1) ?? ""]) {
    if (EMPTY_NAMES.has(word)) {
      yield { path, line: 0, message: `"${word}" does not say what is inside` };
      return;
    }
  }
  if (stem === "index" && !/^packages\/[^/]+\/src\/index\.ts$/.test(path)) {
    yield { path, line: 0, message: "an index file: only a package has one, src/index.ts" };
  }
}

/** `a.test.ts` and `a.fuzz.test.ts` test `a.ts`; a test of something wider begins with a comment "Tests …". */
function* checkTestSubject(tree: SourceTree, path: string): Generator<Violation> {
  if (!path.endsWith(".test.ts")) {
    return;
  }
  const subject = path.replace(/(?:\.fuzz)?\.test\.ts$/, ".ts");
  const isNamed = /^(?:\/\/|\/\*\*)[\s*]*Tests /.test(tree.read(path));
  if (!tree.has(subject) && !isNamed) {
    const message = `has no ${nameOf(subject)} beside it: begin it with a comment "Tests <what>"`;
    yield { path, line: 0, message };
  }
}
