import { isAbsolute, relative, resolve } from "node:path";
import type { TestArguments } from "./test-arguments.ts";

/**
 * The test files of one run, in the order of `files`.
 *
 * @param files paths relative to `root`
 * @param cwd where relative path arguments start
 * @throws {Error} if there is no test file, or none for a path argument: a run of nothing must not look like success
 */
export function selectTestFiles(
  files: readonly string[],
  { isFuzz, paths }: TestArguments,
  { root, cwd }: { readonly root: string; readonly cwd: string },
): string[] {
  const suffix = isFuzz ? ".fuzz.test.ts" : ".test.ts";
  const tests = files.filter((file) => file.endsWith(suffix));
  if (tests.length === 0) {
    throw new Error(`no ${suffix} file in the tree`);
  }
  if (paths.length === 0) {
    return tests;
  }
  const selected = new Set<string>();
  for (const path of paths) {
    const prefix = relative(root, isAbsolute(path) ? path : resolve(cwd, path));
    const matches = tests.filter(
      (file) => prefix === "" || file === prefix || file.startsWith(`${prefix}/`),
    );
    if (matches.length === 0) {
      throw new Error(`no ${suffix} file at or under ${path}`);
    }
    for (const match of matches) {
      selected.add(match);
    }
  }
  return tests.filter((file) => selected.has(file));
}
