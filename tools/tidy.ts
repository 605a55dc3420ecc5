/** `npm run tidy`: the rules of STYLE.md that no ready-made tool checks. Prints what is wrong and fails. */
import { dirname } from "node:path";
import { checkComments } from "./tidy/comments.ts";
import { checkDocuments } from "./tidy/documents.ts";
import { checkLayers } from "./tidy/layers.ts";
import { checkMachinePaths } from "./tidy/machine-paths.ts";
import { checkNames } from "./tidy/names.ts";
import { checkPlaces } from "./tidy/places.ts";
import { type Rule, type SourceTree, treeOnDisk, type Violation } from "./tidy/source-tree.ts";

const RULES: readonly Rule[] = [
  checkLayers,
  checkPlaces,
  checkNames,
  checkComments,
  checkMachinePaths,
  checkDocuments,
];

/** Everything that is wrong with the tree, by file and line. */
export function tidy(tree: SourceTree): Violation[] {
  return RULES.flatMap((rule) => [...rule(tree)]).sort(
    (a, b) => Number(a.path > b.path) - Number(a.path < b.path) || a.line - b.line,
  );
}

if (import.meta.main) {
  const startMs = performance.now();
  const tree = treeOnDisk(process.argv[2] ?? dirname(import.meta.dirname));
  const violations = tidy(tree);
  for (const { path, line, message } of violations) {
    console.error(`${path}${line === 0 ? "" : `:${line}`}: ${message}`);
  }
  const took = `${tree.files.length} files in ${Math.round(performance.now() - startMs)} ms`;
  console.log(`tidy: ${violations.length} violations, ${took}`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
