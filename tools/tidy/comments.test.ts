import assert from "node:assert/strict";
import { test } from "node:test";
import { checkComments } from "./comments.ts";
import { treeInMemory } from "./source-tree.ts";

function violationsOf(source: string, path = "packages/a/src/a.ts"): string[] {
  return [...checkComments(treeInMemory({ [path]: source }))].map(
    ({ line, message }) => `${line}: ${message}`,
  );
}

const AS = "`as` needs a comment that says why it holds";

test("marks of broken code are refused in comments, not in strings", () => {
  const broken = "is known to be broken: repair it, or open an issue";
  assert.deepEqual(violationsOf("a();\n// FIXME: later"), [`2: ${broken}`]);
  assert.deepEqual(violationsOf("/*\n HACK */"), [`1: ${broken}`]);
  assert.deepEqual(violationsOf(`const a = "FIXME";`), []);
});

test("what is left to do has an issue", () => {
  const issueless = "TODO needs an issue: TODO(#123)";
  assert.deepEqual(violationsOf("// TODO: more"), [`1: ${issueless}`]);
  assert.deepEqual(violationsOf("// TODO(me): more"), [`1: ${issueless}`]);
  assert.deepEqual(violationsOf("// TODO(#12): more"), []);
  assert.deepEqual(violationsOf("// TODO: more", "tools/a.test.ts"), [`1: ${issueless}`]);
});

test("an assertion without a reason is refused", () => {
  assert.deepEqual(violationsOf("const a = b as C;"), [`1: ${AS}`]);
  assert.deepEqual(violationsOf("// Why not.\n\nf();\nconst a = b[0] as C;"), [`4: ${AS}`]);
  assert.deepEqual(violationsOf("f(\n  a as unknown as C,\n);"), [`2: ${AS}`]);
  assert.deepEqual(violationsOf(`const a = "b" as C;`), [`1: ${AS}`]);
});

test("the reason stands on the line, in the statement or above it", () => {
  assert.deepEqual(violationsOf("const a = b as C; // in range by the loop's bound"), []);
  assert.deepEqual(violationsOf("// It was checked above.\nconst a = b as C;"), []);
  assert.deepEqual(violationsOf("// Checked above.\nconst a = f(\n  b,\n  c as D,\n);"), []);
  assert.deepEqual(violationsOf("f(\n  // Checked above.\n  c as D,\n);"), []);
});

test("constants, renames and mapped keys assert nothing", () => {
  const source = `import { a as b, type C as D } from "./a.ts";
import * as e from "./e.ts";
import {
  f as g,
} from "./f.ts";
export { b as h };
export * as i from "./i.ts";
const j = [1] as const;
type K = { [L in M as N]: O };
const p = "as such"; // as it is`;
  assert.deepEqual(violationsOf(source), []);
});

test("tests may assert without a reason", () => {
  assert.deepEqual(violationsOf("const a = b as C;", "packages/a/src/a.test.ts"), []);
});

test("every kind of export is documented", () => {
  const exports = [
    "export function a(): void {}",
    "export async function* a() {}",
    "export abstract class A {}",
    "export interface A {}",
    "export type A = 1;",
    "export const a = 1;",
  ];
  for (const source of exports) {
    assert.match(violationsOf(source).join(), /a is exported and needs a doc comment/i, source);
    assert.match(violationsOf(`// Not a doc comment.\n${source}`).join(), /needs a doc/, source);
    assert.deepEqual(violationsOf(`/** What it is. */\n${source}`), [], source);
    assert.deepEqual(violationsOf(source, "packages/a/src/testing/a.ts"), [], source);
  }
});

test("overloads and a type of the same name share the comment", () => {
  const source = `/** Both. */
export function a(x: string): void;
export function a(x: number): void;
/** The codes. */
export const Code = { A: 0 } as const;
export type Code = 0;`;
  assert.deepEqual(violationsOf(source), []);
});

test("a table of constants shares the comment of its first row", () => {
  const table = `/** Offsets of the fields. */
export const STATE = 0;
export const RESULT = 8;
export type Offset = 0 | 8;`;
  assert.deepEqual(violationsOf(table), []);
  assert.equal(violationsOf(`${table}\n\nexport const OTHER = 1;`).length, 1, "after a gap");
  assert.equal(violationsOf(`${table}\nexport function f() {}`).length, 1, "a function is no row");
});
